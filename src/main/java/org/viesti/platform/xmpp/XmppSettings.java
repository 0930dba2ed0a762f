package org.viesti.platform.xmpp;

import java.time.Duration;
import java.util.Map;
import org.viesti.settings.SectionSettings;

/** The settings of {@code viesti.gateway.platforms.xmpp}; reference.conf says what each means. */
record XmppSettings(
    Duration connectTimeout,
    Duration replyTimeout,
    boolean requireTls,
    boolean allowInvalidCertificate,
    Duration pingInterval,
    Duration reconnectFirst,
    Duration reconnectMax,
    int reconnectAttempts,
    int eventQueue,
    long eventQueueBytes,
    int maxRooms,
    int maxOccupants) {
  private static final String SECTION = "gateway.platforms.xmpp";
  private static final Duration MS = Duration.ofMillis(1);

  /** Throws {@link com.typesafe.config.ConfigException} with a sentence for operators. */
  static XmppSettings of(Map<String, String> settings) {
    SectionSettings xmpp = SectionSettings.ofTexts(SECTION, settings);
    XmppSettings read =
        new XmppSettings(
            xmpp.time("connect-timeout", MS, Duration.ofMinutes(1)),
            xmpp.time("reply-timeout", MS, Duration.ofSeconds(20)),
            xmpp.flag("require-tls"),
            xmpp.flag("allow-invalid-certificate"),
            xmpp.time("ping-interval", MS, Duration.ofDays(1)),
            xmpp.time("reconnect.first", MS, Duration.ofHours(1)),
            xmpp.time("reconnect.max", MS, Duration.ofDays(1)),
            xmpp.number("reconnect.attempts", 0, 10_000),
            xmpp.number("event-queue.events", 1, 100_000),
            xmpp.bytes("event-queue.bytes", 1 << 10, 1 << 30),
            xmpp.number("max-rooms", 1, 100_000),
            xmpp.number("max-occupants", 0, 1_000_000));
    if (read.reconnectMax().compareTo(read.reconnectFirst()) < 0) {
      throw xmpp.wrong("reconnect.max", "must be at least viesti." + SECTION + ".reconnect.first");
    }
    return read;
  }
}
