package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.viesti.protocol.Topic;

/** One delivery as one line: time, room, sender, and the text or else the kind of message. */
final class TailLine {
  private TailLine() {}

  static String of(JsonNode delivery) {
    JsonNode message = delivery.path("message");
    Instant at = Instant.ofEpochMilli(message.path("at").asLong()).truncatedTo(ChronoUnit.SECONDS);
    String topic = delivery.path("topic").asText();
    String place = topic.startsWith(Topic.ROOMS) ? topic.substring(Topic.ROOMS.length()) : topic;
    return plain(
        at
            + " "
            + place
            + " "
            + message.path("sender").asText()
            + ": "
            + said(message.path("body")));
  }

  private static String said(JsonNode body) {
    String kind = body.path("kind").asText();
    JsonNode payload = body.path("payload");
    String type = payload.path("type").asText(kind);
    String text = payload.path("body").asText(payload.path("caption").asText());
    String about = kind.equals("post") ? type : kind;
    return type.equals("text") && kind.equals("post") ? text : ("(" + about + ") " + text).strip();
  }

  /** One line stays one line, and nobody's message steers the reader's terminal. */
  private static String plain(String line) {
    StringBuilder plain = new StringBuilder(line.length());
    for (char c : line.toCharArray()) {
      switch (c) {
        case '\n' -> plain.append("\\n");
        case '\t' -> plain.append(' ');
        case '\r' -> {}
        default -> plain.append(Character.isISOControl(c) ? '?' : c);
      }
    }
    return plain.toString();
  }
}
