package org.viesti.connection;

/**
 * How much may be on its way to a client, unacknowledged: so many messages and so many bytes. A
 * reserve beyond it is for what is urgent.
 */
final class FlowWindow {
  private final int maxMessages;
  private final long maxBytes;
  private final int reserve;
  private final long reserveBytes;
  private int messages;
  private long bytes;

  /**
   * @param reserve messages of up to {@code largest} bytes
   */
  FlowWindow(int maxMessages, long maxBytes, int reserve, int largest) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.reserve = reserve;
    this.reserveBytes = (long) reserve * largest;
  }

  boolean isOpen(boolean urgent) {
    return messages < maxMessages + (urgent ? reserve : 0)
        && bytes < maxBytes + (urgent ? reserveBytes : 0);
  }

  /** How many messages may be read from a log for it; at least one. */
  int room(int atMost) {
    return Math.max(1, Math.min(atMost, maxMessages - messages));
  }

  void take(int size) {
    messages++;
    bytes += size;
  }

  void release(int size) {
    messages--;
    bytes -= size;
  }

  int messages() {
    return messages;
  }

  long bytes() {
    return bytes;
  }
}
