package org.viesti.edge.bridge;

import org.jspecify.annotations.Nullable;

/**
 * A bridge as operators see it.
 *
 * @param uri of the remote broker
 * @param node that runs the bridge
 * @param state connected, connecting, or away: the next attempt is waited for
 * @param since when the connection came or went, in milliseconds since 1970
 * @param lastError why it last went or did not come, or what was last refused
 * @param in messages taken since the bridge came to this node
 * @param out messages given since then, and acknowledged above QoS 0
 * @param refused those that one side sent and the other does not take
 * @param echoes of what was given
 * @param unanswered given at QoS 1, or to be given next, and not acknowledged
 */
public record BridgeState(
    String name,
    String uri,
    String node,
    String state,
    long since,
    @Nullable String lastError,
    long in,
    long out,
    long refused,
    long echoes,
    int unanswered) {}
