package org.viesti.platform.irc;

import java.time.Duration;
import java.util.Map;
import org.viesti.settings.SectionSettings;

/**
 * {@code viesti.gateway.platforms.irc}.
 *
 * @param connectTimeout from the call to a server to its welcome
 * @param answerTimeout from a job's line to what the server says to it
 * @param eventQueue while so many events wait for the client, the server is not read
 * @param attempts how often a lost connection is made again before it is given up; 0: never
 * @param retryFirst most of the wait before the first attempt
 * @param retryMax most of the wait before any
 */
record IrcSettings(
    Duration connectTimeout,
    Duration answerTimeout,
    int eventQueue,
    int attempts,
    Duration retryFirst,
    Duration retryMax) {
  private static final String SECTION = "gateway.platforms." + IrcPlatform.ID;
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofSeconds(50);

  /** Throws {@link com.typesafe.config.ConfigException} with a sentence for operators. */
  static IrcSettings of(Map<String, String> given) {
    SectionSettings irc = SectionSettings.ofTexts(SECTION, given);
    Duration first = irc.time("reconnect.first", LEAST, Duration.ofHours(1));
    Duration max = irc.time("reconnect.max", LEAST, Duration.ofDays(1));
    if (max.compareTo(first) < 0) {
      throw irc.wrong("reconnect.max", "must be at least reconnect.first");
    }
    return new IrcSettings(
        irc.time("connect-timeout", LEAST, MOST),
        irc.time("answer-timeout", LEAST, MOST),
        irc.number("event-queue", 1, 100_000),
        irc.number("reconnect.attempts", 0, 1000),
        first,
        max);
  }

  /** Before the nth attempt (from 1): of twice as much each time, a random part. */
  Duration pause(int attempt, double random) {
    double most = retryFirst.toMillis() * Math.pow(2, attempt - 1.0);
    return Duration.ofMillis((long) (Math.min(most, retryMax.toMillis()) * random));
  }
}
