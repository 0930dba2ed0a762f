package org.viesti.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.viesti.security.SecretBox;

/**
 * What goes through a session, sealed wherever it rests or travels.
 *
 * @param link the connection that waits for what comes of it; of an event, the client's actor it
 *     came to
 * @param ack what the client is to be answered by; -1: nothing
 * @param dialect the words of whoever asked; empty: nobody did
 * @param connects whoever asked expects that the platform connects by itself
 * @param activity the request; of an event, the event
 * @param result null: the request says it
 * @param error null: there is none
 */
public record Envelope(
    String link,
    int ack,
    String dialect,
    boolean connects,
    Activity activity,
    @Nullable Activity result,
    @Nullable String error) {
  private static final CBORMapper MAPPER = new CBORMapper();
  private static final String WHAT = "envelope";

  /** Something that nobody asked for, and which of the client's actors it came to. */
  public static Envelope event(String actor, Activity event) {
    return new Envelope(actor, -1, "", false, event, null, null);
  }

  public static Envelope request(
      String link, int ack, String dialect, boolean connects, Activity request) {
    return new Envelope(link, ack, dialect, connects, request, null, null);
  }

  Envelope completed(@Nullable Activity with) {
    return new Envelope(link, ack, dialect, connects, activity, with, null);
  }

  Envelope failed(String text) {
    return new Envelope(link, ack, dialect, connects, activity, null, text);
  }

  /** Nobody asked for it. */
  public boolean isEvent() {
    return dialect.isEmpty();
  }

  public byte[] seal(SecretBox box) {
    ObjectNode all = MAPPER.createObjectNode();
    all.put("l", link).put("n", ack).put("d", dialect).put("p", activity.platform());
    all.set("a", activity.json());
    if (connects) {
      all.put("c", true);
    }
    if (result != null) {
      all.set("r", result.json());
    }
    if (error != null) {
      all.put("e", error);
    }
    try {
      return box.seal(MAPPER.writeValueAsBytes(all), WHAT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws {@link SecretBox.Broken}. */
  public static Envelope open(byte[] sealed, SecretBox box) {
    try {
      JsonNode all = MAPPER.readTree(box.open(sealed, WHAT));
      String platform = all.path("p").asText();
      return new Envelope(
          all.path("l").asText(),
          all.path("n").asInt(),
          all.path("d").asText(),
          all.path("c").asBoolean(),
          new Activity(platform, (ObjectNode) all.required("a")),
          all.get("r") instanceof ObjectNode result ? new Activity(platform, result) : null,
          all.path("e").textValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
