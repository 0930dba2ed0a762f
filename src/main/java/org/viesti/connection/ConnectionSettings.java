package org.viesti.connection;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.connection} and {@code viesti.limits}; reference.conf says what
 * each means.
 */
public record ConnectionSettings(
    Duration ownerPatience,
    Duration heartbeat,
    int windowMessages,
    int windowBytes,
    int windowReserve,
    int maxUnanswered,
    int readAtOnce,
    int maxBacklog,
    Duration cursorInterval,
    int cursorAcks,
    Duration receiptInterval,
    int maxEphemeral,
    int maxWatched,
    int maxSubscriptions,
    int maxQueued,
    Duration drainMin,
    Duration drainMax,
    int maxBatch,
    int maxMessageBytes,
    int deviceRate,
    int deviceBurst,
    int userRate,
    int userBurst,
    int publishRate,
    int publishBurst,
    int publishBytesRate,
    int publishBytesBurst) {

  public static ConnectionSettings from(Config root) {
    SectionSettings connection = SectionSettings.of(root, "connection");
    SectionSettings limits = SectionSettings.of(root, "limits");
    ConnectionSettings settings =
        new ConnectionSettings(
            connection.time("owner-patience", Duration.ofMillis(1), Duration.ofMinutes(1)),
            connection.time("heartbeat", Duration.ofMillis(1), Duration.ofHours(1)),
            connection.number("window-messages", 1, 100_000),
            (int) connection.bytes("window-bytes", 1, 1 << 30),
            connection.number("window-reserve", 0, 100_000),
            connection.number("max-unanswered", 1, 127),
            connection.number("read-at-once", 1, 10_000),
            connection.number("max-backlog", 0, 1_000_000_000),
            connection.time("cursor-interval", Duration.ZERO, Duration.ofHours(1)),
            connection.number("cursor-acks", 1, 1_000_000),
            connection.time("receipt-interval", Duration.ZERO, Duration.ofMinutes(1)),
            connection.number("max-ephemeral", 1, 100_000),
            connection.number("max-watched", 0, 100_000),
            connection.number("max-subscriptions", 0, 1_000_000),
            connection.number("max-queued", 0, 1_000_000),
            connection.time("drain-min", Duration.ZERO, Duration.ofMinutes(10)),
            connection.time("drain-max", Duration.ZERO, Duration.ofMinutes(10)),
            limits.number("batch", 1, 1000),
            (int) limits.bytes("message-bytes", 1, 16 << 20),
            limits.number("device-rate", 0, 1_000_000),
            limits.number("device-burst", 1, 10_000_000),
            limits.number("user-rate", 0, 1_000_000),
            limits.number("user-burst", 1, 10_000_000),
            limits.number("publish-rate", 0, 1_000_000),
            limits.number("publish-burst", 1, 10_000_000),
            limits.number("publish-bytes-rate", 0, 1_000_000_000),
            limits.number("publish-bytes-burst", 1, 1_000_000_000));
    if (settings.drainMax().compareTo(settings.drainMin()) < 0) {
      throw connection.wrong("drain-max", "must be at least viesti.connection.drain-min");
    }
    return settings;
  }
}
