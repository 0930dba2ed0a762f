package org.viesti.connection;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What a client has acknowledged and its device's owner does not know yet. Cursors are written
 * lazily: losing the newest only repeats messages.
 */
final class Acknowledgements {
  private final ConnectionSettings settings;
  private final TimerScheduler<Object> timers;
  private Map<String, Long> cursors = Map.of();
  private Map<String, Long> receipts = Map.of();
  private int sinceFlush;

  Acknowledgements(ConnectionSettings settings, TimerScheduler<Object> timers) {
    this.settings = settings;
    this.timers = timers;
  }

  /** The device is at these positions now, whatever was acknowledged. */
  void begin(Map<String, Long> positions) {
    positions.forEach(this::put);
    later();
  }

  void acknowledged(Track track, int messages) {
    sinceFlush += messages;
    put(track.topic.path(), track.acked);
    if (track.tellsDeliveries() && !settings.receiptInterval().isZero()) {
      if (receipts.isEmpty()) {
        receipts = new HashMap<>(2);
      }
      receipts.put(track.topic.room().id(), track.acked);
      if (!timers.isTimerActive(DeviceConnection.FlushReceipts.class)) {
        timers.startSingleTimer(
            DeviceConnection.FlushReceipts.class,
            new DeviceConnection.FlushReceipts(),
            spread(settings.receiptInterval()));
      }
    }
    later();
  }

  /** The same of a log that has no receipts: one more of its messages is done with. */
  void moved(String topic, long acked) {
    sinceFlush++;
    put(topic, acked);
    later();
  }

  private void put(String topic, long position) {
    if (cursors.isEmpty()) {
      cursors = new HashMap<>(2);
    }
    cursors.put(topic, position);
  }

  private void later() {
    if (!cursors.isEmpty() && !timers.isTimerActive(DeviceConnection.FlushCursors.class)) {
      timers.startSingleTimer(
          DeviceConnection.FlushCursors.class,
          new DeviceConnection.FlushCursors(),
          spread(settings.cursorInterval()));
    }
  }

  /** Somewhat earlier: a fleet that came at once is not to write at once, again and again. */
  private static Duration spread(Duration interval) {
    double part = 0.5 + ThreadLocalRandom.current().nextDouble() / 2;
    return Duration.ofNanos((long) (interval.toNanos() * part));
  }

  /** So many were acknowledged that waiting would repeat too much. */
  boolean isDue() {
    return sinceFlush >= settings.cursorAcks();
  }

  void flushCursors(Consumer<Map<String, Long>> to) {
    timers.cancel(DeviceConnection.FlushCursors.class);
    if (!cursors.isEmpty()) {
      to.accept(Map.copyOf(cursors));
      cursors = Map.of();
    }
    sinceFlush = 0;
  }

  /** Room and position of what was delivered since the last time. */
  void flushReceipts(BiConsumer<String, Long> to) {
    receipts.forEach(to);
    receipts = Map.of();
  }
}
