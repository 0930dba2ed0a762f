package org.viesti.protocol;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Every required field and fixed bound of what a client says, in one place. Decoders fill records
 * with whatever came, nulls too; each edge calls this once, before anyone else sees the frame.
 * Limits that are settings are not judged here.
 */
public final class Validation {
  private static final Pattern MESSAGE_ID = Pattern.compile("[0-9A-Za-z_-]{1,64}\\.[0-9]{1,19}");
  private static final int MAX_REQUEST_ID = 64;
  private static final Set<String> STATUSES =
      Set.of("online", "away", "busy", "invisible", "offline");

  private Validation() {}

  /**
   * Returns the frame, or throws {@link Refused} with a sentence that says which field is wrong.
   */
  public static <F extends ClientFrame> F valid(F frame) {
    switch (frame) {
      case ClientFrame.Hello hello -> hello(hello);
      case ClientFrame.Send send -> send(send);
      case ClientFrame.SendBatch(var messages) -> {
        if (needed(messages, "messages").isEmpty()) {
          throw refused("messages is empty");
        }
        messages.forEach(Validation::send);
      }
      case ClientFrame.Edit(var id, var target, var payload, var mentions) -> {
        request(id, target);
        payload(payload);
        mentions(mentions);
      }
      case ClientFrame.Redact(var id, var target, var reason) -> {
        request(id, target);
        atMost(reason, 1000, "reason");
      }
      case ClientFrame.React(var id, var target, var reaction, var add) -> {
        request(id, target);
        between1And(64, reaction, "reaction");
      }
      case ClientFrame.Ack(var positions) -> positions(needed(positions, "positions"));
      case ClientFrame.Read(var room, var seq) -> {
        Ids.room(room);
        notNegative(seq, "seq");
      }
      case ClientFrame.Typing(var room, var typing) -> Ids.room(room);
      case ClientFrame.Presence(var status, var message) -> {
        if (status == null || !STATUSES.contains(status)) {
          throw refused("status must be online, away, busy, invisible or offline");
        }
        atMost(message, 256, "message");
      }
      case ClientFrame.Watch(var users) -> needed(users, "users").forEach(Validation::user);
      case ClientFrame.Publish publish -> publish(publish);
      case ClientFrame.Subscribe(var id, var filters) -> {
        requestId(id);
        if (needed(filters, "filters").isEmpty()) {
          throw refused("filters is empty");
        }
        filters.forEach(Validation::wanted);
      }
      case ClientFrame.Unsubscribe(var id, var filters) -> {
        requestId(id);
        if (needed(filters, "filters").isEmpty()) {
          throw refused("filters is empty");
        }
        filters.forEach(TopicFilter::parse);
      }
      // Of streams that number their deliveries: their edge makes them.
      case ClientFrame.Received _,
          ClientFrame.Done _,
          ClientFrame.Release _,
          ClientFrame.Leave _ -> {}
      case ClientFrame.Ping(var nonce) -> atMost(nonce, 128, "nonce");
      case ClientFrame.Pong(var nonce) -> atMost(nonce, 128, "nonce");
    }
    return frame;
  }

  private static void hello(ClientFrame.Hello hello) {
    if (hello.positions() != null) {
      positions(hello.positions());
    }
    if (hello.deflate() != null) {
      notNegative(hello.deflate(), "deflate");
    }
  }

  /** Whether a client may call a request so. */
  public static boolean isRequestId(@Nullable String id) {
    return id != null && !id.isEmpty() && id.length() <= MAX_REQUEST_ID && isUnicode(id);
  }

  private static void send(ClientFrame.@Nullable Send send) {
    if (send == null) {
      throw refused("messages holds a null");
    }
    between1And(MAX_REQUEST_ID, send.id(), "id");
    Ids.room(send.room());
    payload(send.payload());
    if (send.replyTo() != null) {
      messageId(send.replyTo(), "reply_to");
    }
    mentions(send.mentions());
  }

  private static void requestId(@Nullable String id) {
    if (!isRequestId(id)) {
      throw refused("id must have 1 to " + MAX_REQUEST_ID + " characters");
    }
  }

  private static void publish(ClientFrame.Publish publish) {
    if (publish.id() != null) {
      requestId(publish.id());
    } else if (publish.qos() > 0) {
      throw refused("id is missing: above QoS 0 a publish is answered");
    }
    Publication.checkTopic(publish.topic());
    if (publish.payload() != null && publish.base64() != null) {
      throw refused("give payload or base64, not both");
    }
    qos(publish.qos());
    if (publish.expiry() != null && (publish.expiry() < 0 || publish.expiry() > 0xffff_ffffL)) {
      throw refused("expiry must be 0 to 4294967295 seconds");
    }
    if (publish.properties() != null) {
      needed(publish.properties().user(), "properties.user");
    }
  }

  private static void wanted(ClientFrame.Wanted wanted) {
    TopicFilter.parse(wanted.filter());
    qos(wanted.qos());
    if (wanted.retained() < 0 || wanted.retained() > 2) {
      throw refused("retained must be 0, 1 or 2");
    }
    if (wanted.identifier() < 0 || wanted.identifier() > 268_435_455) {
      throw refused("identifier must be 0 to 268435455");
    }
    ClientFrame.From from = wanted.from();
    if (from == null) {
      return;
    }
    if (TopicFilter.parse(wanted.filter()).share() != null) {
      throw refused("from is not for shared filters");
    }
    if (from.time() != null && from.positions() != null) {
      throw refused("from is a time or positions, not both");
    }
    if ((from.time() != null && from.time() < 0)
        || (from.positions() != null
            && from.positions().values().stream().anyMatch(each -> each == null || each < 0))) {
      throw refused("from must not be below zero");
    }
  }

  private static void qos(int qos) {
    if (qos < 0 || qos > 2) {
      throw refused("qos must be 0, 1 or 2");
    }
  }

  private static void request(String id, String target) {
    between1And(MAX_REQUEST_ID, id, "id");
    messageId(target, "target");
  }

  private static void payload(Payload payload) {
    needed(payload, "payload").validate();
  }

  private static void mentions(@Nullable List<String> mentions) {
    if (mentions != null) {
      for (String mention : mentions) {
        if (!"*".equals(mention)) {
          user(mention);
        }
      }
    }
  }

  private static void user(String id) {
    Ids.name(id, "user id");
  }

  private static void positions(Map<String, Long> positions) {
    positions.forEach(
        (path, position) -> {
          Topic.of("any", path);
          notNegative(needed(position, "positions of " + path), "positions of " + path);
        });
  }

  private static void messageId(@Nullable String id, String field) {
    if (id == null || !MESSAGE_ID.matcher(id).matches()) {
      throw refused(field + " must be a message id, such as general.17");
    }
  }

  private static <T> T needed(@Nullable T value, String field) {
    if (value == null) {
      throw refused(field + " is missing");
    }
    return value;
  }

  private static void notNegative(long value, String field) {
    if (value < 0) {
      throw refused(field + " must not be negative");
    }
  }

  private static void between1And(int most, @Nullable String value, String field) {
    if (value == null || value.isEmpty() || value.length() > most) {
      throw refused(field + " must have 1 to " + most + " characters");
    }
    unicode(value, field);
  }

  private static void atMost(@Nullable String value, int most, String field) {
    if (value != null && value.length() > most) {
      throw refused(field + " is longer than " + most + " characters");
    }
    unicode(value, field);
  }

  private static void unicode(@Nullable String value, String field) {
    if (!isUnicode(value)) {
      throw refused(field + " holds half a surrogate pair");
    }
  }

  /**
   * JSON can spell half a surrogate pair, but no other reader of the same message could be sent it.
   */
  static boolean isUnicode(@Nullable String value) {
    if (value == null) {
      return true;
    }
    int length = value.length();
    for (int at = 0; at < length; at++) {
      if (Character.isSurrogate(value.charAt(at))) {
        if (at + 1 == length
            || !Character.isSurrogatePair(value.charAt(at), value.charAt(at + 1))) {
          return false;
        }
        at++;
      }
    }
    return true;
  }

  private static Refused refused(String detail) {
    return new Refused(ErrorCode.INVALID_ARGUMENT, detail);
  }
}
