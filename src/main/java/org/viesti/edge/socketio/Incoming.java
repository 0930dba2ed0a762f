package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * An event as a client emitted it. Binary arguments, at any depth, are null.
 *
 * @param event its name
 * @param ack the id of the answer it wants; -1: it wants none
 */
record Incoming(String event, List<JsonNode> args, int ack) {}
