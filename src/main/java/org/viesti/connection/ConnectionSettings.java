package org.viesti.connection;

import com.typesafe.config.Config;
import java.time.Duration;

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
    Duration drainMin,
    Duration drainMax,
    int maxBatch,
    int maxMessageBytes,
    int deviceRate,
    int deviceBurst,
    int userRate,
    int userBurst) {

  public static ConnectionSettings from(Config viesti) {
    Config connection = viesti.getConfig("connection");
    Config limits = viesti.getConfig("limits");
    return new ConnectionSettings(
        connection.getDuration("owner-patience"),
        connection.getDuration("heartbeat"),
        connection.getInt("window-messages"),
        connection.getBytes("window-bytes").intValue(),
        connection.getInt("window-reserve"),
        connection.getInt("max-unanswered"),
        connection.getInt("read-at-once"),
        connection.getInt("max-backlog"),
        connection.getDuration("cursor-interval"),
        connection.getInt("cursor-acks"),
        connection.getDuration("receipt-interval"),
        connection.getInt("max-ephemeral"),
        connection.getInt("max-watched"),
        connection.getDuration("drain-min"),
        connection.getDuration("drain-max"),
        limits.getInt("batch"),
        limits.getBytes("message-bytes").intValue(),
        limits.getInt("device-rate"),
        limits.getInt("device-burst"),
        limits.getInt("user-rate"),
        limits.getInt("user-burst"));
  }
}
