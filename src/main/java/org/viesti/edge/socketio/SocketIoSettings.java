package org.viesti.edge.socketio;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.gateway.socket} and {@code viesti.gateway.listener}; reference.conf
 * says what each means.
 *
 * @param listener null: the live port alone
 * @param maxConnectionsPerAddress 0: any number
 */
public record SocketIoSettings(
    @Nullable At listener,
    Duration pingInterval,
    Duration pingTimeout,
    int maxPayloadBytes,
    int maxUnpolledBytes,
    boolean polling,
    List<String> corsOrigins,
    int maxConnectionsPerAddress,
    Rate rate) {

  /** Where to listen; port 0 takes any free one. */
  public record At(String host, int port) {}

  /**
   * How many events a socket may send.
   *
   * @param events within a window; 0: any number
   * @param block how long it is not listened to after it sent more
   */
  public record Rate(int events, Duration window, Duration block) {}

  public static SocketIoSettings from(Config root) {
    SectionSettings socket = SectionSettings.of(root, "gateway.socket");
    return new SocketIoSettings(
        listener(SectionSettings.of(root, "gateway.listener")),
        socket.time("ping-interval", Duration.ofMillis(10), Duration.ofHours(1)),
        socket.time("ping-timeout", Duration.ofMillis(10), Duration.ofHours(1)),
        (int) socket.bytes("max-payload-bytes", 1024, 16 << 20),
        (int) socket.bytes("max-unpolled-bytes", 1024, 16 << 20),
        socket.flag("polling"),
        socket.texts("cors-origins"),
        socket.number("max-connections-per-address", 0, 1_000_000),
        new Rate(
            socket.number("rate.events", 0, 1_000_000),
            socket.time("rate.window", Duration.ofMillis(1), Duration.ofHours(1)),
            socket.time("rate.block", Duration.ZERO, Duration.ofHours(1))));
  }

  private static @Nullable At listener(SectionSettings listener) {
    At at = new At(listener.text("host"), listener.number("port", 0, 65_535));
    return listener.flag("enabled") ? at : null;
  }
}
