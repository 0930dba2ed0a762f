package org.viesti.platform;

/**
 * What came of a job.
 *
 * @param job its number in the session
 * @param sealed its {@link Envelope}, with result or error
 */
record Outcome(long job, byte[] sealed) {}
