package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a post says. The server reads text (for mentions and length) and passes the rest through. In
 * JSON the body's fields stand beside {@code type}; a field of another type's body is refused.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Payload.Text.class, name = "text"),
  @JsonSubTypes.Type(value = Payload.Attachment.class, name = "attachment"),
  @JsonSubTypes.Type(value = Payload.Encrypted.class, name = "encrypted"),
  @JsonSubTypes.Type(value = Payload.Call.class, name = "call"),
  @JsonSubTypes.Type(value = Payload.Moderation.class, name = "moderation"),
  @JsonSubTypes.Type(value = Payload.Data.class, name = "data"),
})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public sealed interface Payload {
  /**
   * Depth of a free structure. Protobuf parsers give up at 100 nested messages, and each level of a
   * map takes three: what one client may send, every other must be able to read.
   */
  int MOST_DEPTH = 20;

  /** Throws {@link Refused} unless every required field is there and every bound is kept. */
  void validate();

  /** The JSON name of the type. */
  String typeName();

  /** Characters of text a reader sees, for the text length limit. */
  default int textLength() {
    return 0;
  }

  /**
   * @param format "plain" (default), "markdown" or "html-lite"
   * @param annotations spans of the body
   * @param lang BCP 47
   */
  record Text(
      String body,
      @Nullable String format,
      @Nullable List<Annotation> annotations,
      @Nullable String lang)
      implements Payload {
    public static Text of(String body) {
      return new Text(body, null, null, null);
    }

    @Override
    public void validate() {
      need(body, "text.body");
      atMost(format, 32, "text.format");
      atMost(lang, 35, "text.lang");
      for (Annotation annotation : whole(annotations, "text.annotations")) {
        annotation.validate(body.length());
      }
    }

    @Override
    public String typeName() {
      return "text";
    }

    @Override
    public int textLength() {
      return body.length();
    }
  }

  /**
   * A span of a text.
   *
   * @param kind mention_user, mention_room, link, emoji or hashtag
   * @param offset in UTF-16 units, from 0
   * @param length in UTF-16 units
   * @param value whom or what: a user id, an address
   */
  record Annotation(String kind, int offset, int length, @Nullable String value) {
    void validate(int bodyLength) {
      need(kind, "annotation.kind");
      unicode(value, "annotation.value");
      if (offset < 0 || length < 0 || (long) offset + length > bodyLength) {
        throw mismatch("annotation must lie inside the body");
      }
    }
  }

  /**
   * A file by reference: the server stores no bytes of it.
   *
   * @param size in bytes
   */
  record Attachment(
      String uri,
      @Nullable String attachmentId,
      @Nullable String filename,
      @Nullable String mime,
      @Nullable Long size,
      @Nullable List<Preview> previews,
      @Nullable String caption,
      @Nullable Boolean encrypted,
      @Nullable String checksum)
      implements Payload {
    @Override
    public void validate() {
      need(uri, "attachment.uri");
      atMost(uri, 2048, "attachment.uri");
      for (Preview preview : whole(previews, "attachment.previews")) {
        need(preview.uri(), "attachment.previews.uri");
        unicode(preview.mime(), "attachment.previews.mime");
      }
      unicode(attachmentId, "attachment.attachment_id");
      unicode(filename, "attachment.filename");
      unicode(mime, "attachment.mime");
      unicode(caption, "attachment.caption");
      unicode(checksum, "attachment.checksum");
    }

    @Override
    public String typeName() {
      return "attachment";
    }

    @Override
    public int textLength() {
      return caption == null ? 0 : caption.length();
    }
  }

  /** A smaller picture of an attachment; width and height in pixels, size in bytes. */
  record Preview(
      String uri,
      @Nullable String mime,
      @Nullable Integer width,
      @Nullable Integer height,
      @Nullable Long size) {}

  /** End-to-end encrypted: passed through unread. Bytes are base64 (RFC 4648 §4). */
  record Encrypted(
      String algorithm,
      String ciphertext,
      @Nullable String nonce,
      @Nullable String senderKeyId,
      @Nullable List<String> recipientKeyIds,
      @Nullable String aad,
      @Nullable String sessionId)
      implements Payload {
    @Override
    public void validate() {
      need(algorithm, "encrypted.algorithm");
      need(ciphertext, "encrypted.ciphertext");
      base64(ciphertext, "encrypted.ciphertext");
      base64(nonce, "encrypted.nonce");
      base64(aad, "encrypted.aad");
      unicode(senderKeyId, "encrypted.sender_key_id");
      unicode(sessionId, "encrypted.session_id");
      whole(recipientKeyIds, "encrypted.recipient_key_ids");
    }

    @Override
    public String typeName() {
      return "encrypted";
    }
  }

  /**
   * Call signalling, passed through; travels in the priority lane.
   *
   * @param kind audio, video or screen_share
   * @param action offer, answer, ice_candidate or end
   */
  record Call(
      String callId,
      String action,
      @Nullable String kind,
      @Nullable String sdp,
      @Nullable String iceCandidate,
      @Nullable Map<String, Object> metadata)
      implements Payload {
    @Override
    public void validate() {
      need(callId, "call.call_id");
      need(action, "call.action");
      unicode(kind, "call.kind");
      unicode(sdp, "call.sdp");
      unicode(iceCandidate, "call.ice_candidate");
      structure(metadata, "call.metadata", 0);
    }

    @Override
    public String typeName() {
      return "call";
    }
  }

  /** A moderator's notice about members; only moderators and above may post it. */
  record Moderation(
      String body, @Nullable List<String> targets, @Nullable Map<String, Object> metadata)
      implements Payload {
    @Override
    public void validate() {
      need(body, "moderation.body");
      whole(targets, "moderation.targets");
      structure(metadata, "moderation.metadata", 0);
    }

    @Override
    public String typeName() {
      return "moderation";
    }

    @Override
    public int textLength() {
      return body.length();
    }
  }

  /**
   * A free structure: strings, finite numbers, booleans, nulls, lists and maps, nested at most 20
   * deep.
   */
  record Data(@JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Object> data)
      implements Payload {
    @Override
    public void validate() {
      if (data == null) {
        throw mismatch("data.data is missing");
      }
      structure(data, "data.data", 0);
    }

    @Override
    public String typeName() {
      return "data";
    }
  }

  private static void need(@Nullable String value, String field) {
    if (value == null || value.isEmpty()) {
      throw mismatch(field + " is missing");
    }
    unicode(value, field);
  }

  private static void atMost(@Nullable String value, int most, String field) {
    if (value != null && value.length() > most) {
      throw mismatch(field + " is longer than " + most);
    }
    unicode(value, field);
  }

  private static void unicode(@Nullable String value, String field) {
    if (!Validation.isUnicode(value)) {
      throw mismatch(field + " holds half a surrogate pair");
    }
  }

  private static <T> List<T> whole(@Nullable List<T> list, String field) {
    if (list == null) {
      return List.of();
    }
    for (T item : list) {
      if (item == null) {
        throw mismatch(field + " holds a null");
      }
      if (item instanceof String string) {
        unicode(string, field);
      }
    }
    return list;
  }

  private static void base64(@Nullable String value, String field) {
    if (value != null) {
      try {
        Base64.getDecoder().decode(value);
      } catch (IllegalArgumentException e) {
        throw mismatch(field + " is not base64");
      }
    }
  }

  private static void structure(@Nullable Object value, String field, int depth) {
    if (depth > MOST_DEPTH) {
      throw mismatch(field + " is nested more than " + MOST_DEPTH + " deep");
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, inner) -> {
            unicode((String) key, field);
            structure(inner, field, depth + 1);
          });
    } else if (value instanceof List<?> list) {
      list.forEach(inner -> structure(inner, field, depth + 1));
    } else if (value instanceof String string) {
      unicode(string, field);
    } else if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
      throw mismatch(field + " holds a number too large for a double");
    }
  }

  private static Refused mismatch(String detail) {
    return new Refused(ErrorCode.PAYLOAD_MISMATCH, detail);
  }
}
