package org.viesti.bench;

/**
 * What a load generator saw in one run.
 *
 * @param seconds the measurement's real length
 * @param posts acknowledged within it
 * @param deliveries received within it, by devices that were reading
 * @param ackP50 milliseconds from a post's due time to its ack
 * @param endP50 milliseconds from a post's due time to its arrival at a device
 * @param drain seconds from the last post until everything was acknowledged and delivered
 *     everywhere
 * @param lost gaps in the chain of positions, and what was not delivered when the drain was given
 *     up
 * @param disordered deliveries at or before a position the device already had
 * @param errors refused posts, broken connections, sessions that were gone, and unanswered posts
 * @param held what the stalled device received before it acknowledged anything
 */
record Outcome(
    double seconds,
    long posts,
    long deliveries,
    double ackP50,
    double ackP99,
    double endP50,
    double endP99,
    double drain,
    long lost,
    long disordered,
    long errors,
    long held) {}
