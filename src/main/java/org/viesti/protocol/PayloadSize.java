package org.viesti.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * About how many bytes a payload takes: its texts in UTF-8, and a little for each field. Good
 * enough to hold a limit and to fill a window, and cheaper than encoding it.
 */
public final class PayloadSize {
  private static final int FIELD = 8;

  private PayloadSize() {}

  public static int of(Payload payload) {
    return switch (payload) {
      case Payload.Text text ->
          of(text.body()) + of(text.format()) + of(text.lang()) + annotations(text.annotations());
      case Payload.Attachment a ->
          of(a.uri())
              + of(a.attachmentId())
              + of(a.filename())
              + of(a.mime())
              + of(a.caption())
              + of(a.checksum())
              + (a.previews() == null
                  ? 0
                  : a.previews().stream().mapToInt(p -> of(p.uri()) + of(p.mime())).sum());
      case Payload.Encrypted e ->
          of(e.algorithm())
              + of(e.ciphertext())
              + of(e.nonce())
              + of(e.senderKeyId())
              + of(e.aad())
              + of(e.sessionId())
              + value(e.recipientKeyIds());
      case Payload.Call c ->
          of(c.callId())
              + of(c.action())
              + of(c.kind())
              + of(c.sdp())
              + of(c.iceCandidate())
              + value(c.metadata());
      case Payload.Moderation m -> of(m.body()) + value(m.targets()) + value(m.metadata());
      case Payload.Data d -> value(d.data());
    };
  }

  private static int annotations(@Nullable List<Payload.Annotation> annotations) {
    return annotations == null
        ? 0
        : annotations.stream().mapToInt(a -> of(a.kind()) + of(a.value()) + 2 * FIELD).sum();
  }

  private static int value(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case String text -> of(text);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .mapToInt(entry -> value(entry.getKey()) + value(entry.getValue()))
              .sum();
      case List<?> list -> list.stream().mapToInt(PayloadSize::value).sum();
      default -> FIELD;
    };
  }

  private static int of(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    int bytes = FIELD + text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 ? 1 : Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}
