package org.viesti.connection;

/**
 * How much may be on its way to a client, unacknowledged: so many messages and so many bytes. A
 * reserve beyond it is for what is urgent.
 */
final class FlowWindow {
  private final ConnectionSettings settings;
  private int messages;
  private long bytes;

  FlowWindow(ConnectionSettings settings) {
    this.settings = settings;
  }

  boolean isOpen(boolean urgent) {
    long reserve = urgent ? settings.windowReserve() : 0;
    return messages < settings.windowMessages() + reserve
        && bytes < settings.windowBytes() + reserve * settings.maxMessageBytes();
  }

  /** How many messages may be read from a log for it; at least one. */
  int room(int atMost) {
    return Math.max(1, Math.min(atMost, settings.windowMessages() - messages));
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
