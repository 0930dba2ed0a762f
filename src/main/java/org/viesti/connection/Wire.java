package org.viesti.connection;

import java.util.List;
import org.viesti.protocol.ServerFrame;

/**
 * What a connection's actor holds of its client's channel. An edge implements it; every method may
 * be called from any thread.
 */
public interface Wire {
  /**
   * Sends frames in this order, with one flush. Never blocks: what the socket does not take waits
   * in the channel's buffer.
   */
  void send(List<ServerFrame> frames);

  /**
   * Whether the channel's buffer is below its high-water mark; a {@link DeviceConnection.Writable}
   * tells when it is again.
   */
  boolean writable();

  /** Stops or resumes reading the socket, so that back-pressure reaches the sender's kernel. */
  void reading(boolean on);

  /**
   * Tells the client why, in the protocol's own way, and closes after everything sent so far is
   * out.
   */
  void close(CloseCause cause);
}
