package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told of a message it sent.
 *
 * @param ack the only argument of the acknowledgement, if the client asked for one; null: none is
 *     due now. JSON's own null is a value
 * @param event told besides, whether an acknowledgement was asked for or not; null: none
 */
public record Told(@Nullable JsonNode ack, @Nullable Event event) {}
