package org.viesti.bench;

/**
 * What a load generator is started with.
 *
 * @param live the live port of the node, on loopback
 * @param secret signs the devices' tokens
 * @param connect how many of the topology's users connect, each with one device
 * @param ackEvery a device acknowledges after so many deliveries
 * @param ackMillis and after so long at the latest
 * @param textBytes length of a post's text
 */
record Plan(
    int live,
    String secret,
    Topology topology,
    int connect,
    int ackEvery,
    int ackMillis,
    int textBytes) {}
