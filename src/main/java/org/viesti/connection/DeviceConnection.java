package org.viesti.connection;

import java.util.List;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Refusal;

/** One live client stream. */
public final class DeviceConnection {
  private DeviceConnection() {}

  /** What a connection is told. */
  public sealed interface Command {}

  /** The frames of one read. */
  public record Frames(List<ClientFrame> frames) implements Command {}

  /** The client sent something that is no frame. The stream goes on: it loses nothing by it. */
  public record Malformed(Refusal refusal) implements Command {}

  /** The channel's buffer has room again. */
  public record Writable() implements Command {}

  /** The channel is closed. */
  public record Closed() implements Command {}
}
