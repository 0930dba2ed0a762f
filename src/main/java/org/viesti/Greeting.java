package org.viesti;

import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.security.TokenIssuer;

/**
 * What a node that has started tells the person who started it: where it listens, and how to send a
 * first message.
 */
final class Greeting {
  private static final Duration A_DAY = Duration.ofHours(24);

  private Greeting() {}

  static String text(Settings settings, Node node) {
    String http = "http://%s:%d".formatted(settings.calls().host(), node.callPort());
    String live = "ws://%s:%d/ws".formatted(settings.live().host(), node.livePort());
    String doors =
        """
        Viesti is ready.
          calls       %s   REST under /api/v1 (described by /api/v1/openapi.json), gRPC
          live        %s%s
          management  http://%s:%d
          database    %s
        """
            .formatted(
                http,
                live,
                mqtt(settings, node),
                settings.managementHost(),
                settings.managementPort(),
                settings.database().url());
    return settings.security().usesDevelopmentKey()
        ? doors + firstMessage(settings, http, live)
        : doors;
  }

  private static String mqtt(Settings settings, Node node) {
    return node.mqttPort().isPresent()
        ? "\n  mqtt        mqtt://%s:%d"
            .formatted(settings.mqtt().host(), node.mqttPort().getAsInt())
        : "";
  }

  private static String firstMessage(Settings settings, String http, String live) {
    return """

        Development tokens, good for a day:
          ALICE=%s
          BOB=%s

        A first message. Paste the two lines above into a shell, then:
          curl -sH "Authorization: Bearer $ALICE" %3$s/api/v1/rooms -H 'Content-Type: application/json' \\
            -d '{"id":"general","type":"group","name":"General","members":[{"user":"bob"}]}'
          curl -sH "Authorization: Bearer $ALICE" %3$s/api/v1/rooms/general/messages -H 'Content-Type: application/json' \\
            -d '{"payload":{"type":"text","body":"Hello, Bob"}}'
        Read it back, from the history and as Bob's device gets it:
          curl -sH "Authorization: Bearer $BOB" %3$s/api/v1/rooms/general/messages
          npx wscat -c "%4$s?access_token=$BOB"
        """
        .formatted(token(settings, "alice"), token(settings, "bob"), http, live);
  }

  private static String token(Settings settings, String user) {
    UserId id = new UserId(settings.security().tenant(), user);
    return TokenIssuer.of(settings.security(), Clock.systemUTC())
        .issue(new DeviceId(id, "terminal"), Set.of(), A_DAY);
  }
}
