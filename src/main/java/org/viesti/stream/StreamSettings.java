package org.viesti.stream;

import com.typesafe.config.Config;
import java.time.Duration;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.stream}; reference.conf says what each means.
 *
 * @param keep zero: for ever
 */
public record StreamSettings(
    int partitions, int rowMessages, long rowBytes, Duration keep, Duration askTimeout) {
  public static StreamSettings from(Config root) {
    SectionSettings stream = SectionSettings.of(root, "stream");
    return new StreamSettings(
        stream.number("partitions", 1, 1024),
        stream.number("row-messages", 1, 10_000),
        stream.bytes("row-bytes", 1024, 16 << 20),
        stream.time("keep", Duration.ZERO, Duration.ofDays(36_500)),
        stream.time("ask-timeout", Duration.ofMillis(1), Duration.ofMinutes(5)));
  }
}
