package org.viesti.edge;

import static org.viesti.edge.ProtoFrames.ifThere;

import com.google.protobuf.ByteString;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refused;
import org.viesti.protocol.v1.PayloadType;

/** Payloads to and from frames.proto's messages. */
public final class ProtoPayloads {
  private ProtoPayloads() {}

  public static org.viesti.protocol.v1.Payload payload(Payload payload) {
    var made = org.viesti.protocol.v1.Payload.newBuilder();
    switch (payload) {
      case Payload.Text text -> made.setType(PayloadType.PAYLOAD_TYPE_TEXT).setText(text(text));
      case Payload.Attachment attachment ->
          made.setType(PayloadType.PAYLOAD_TYPE_ATTACHMENT).setAttachment(attachment(attachment));
      case Payload.Encrypted encrypted ->
          made.setType(PayloadType.PAYLOAD_TYPE_ENCRYPTED).setEncrypted(encrypted(encrypted));
      case Payload.Call(var callId, var action, var kind, var sdp, var ice, var metadata) -> {
        var call =
            made.setType(PayloadType.PAYLOAD_TYPE_CALL)
                .getCallBuilder()
                .setCallId(callId)
                .setAction(action);
        ifThere(kind, call::setKind);
        ifThere(sdp, call::setSdp);
        ifThere(ice, call::setIceCandidate);
        ifThere(metadata, map -> call.setMetadata(Structs.struct(map)));
      }
      case Payload.Moderation(var body, var targets, var metadata) -> {
        var moderation =
            made.setType(PayloadType.PAYLOAD_TYPE_MODERATION).getModerationBuilder().setBody(body);
        ifThere(targets, moderation::addAllTargets);
        ifThere(metadata, map -> moderation.setMetadata(Structs.struct(map)));
      }
      case Payload.Data(var data) ->
          made.setType(PayloadType.PAYLOAD_TYPE_DATA).setData(Structs.struct(data));
    }
    return made.build();
  }

  private static org.viesti.protocol.v1.Payload.Text text(Payload.Text text) {
    var made = org.viesti.protocol.v1.Payload.Text.newBuilder().setBody(text.body());
    ifThere(text.format(), made::setFormat);
    ifThere(text.lang(), made::setLang);
    if (text.annotations() != null) {
      for (Payload.Annotation annotation : text.annotations()) {
        var span =
            made.addAnnotationsBuilder()
                .setKind(annotation.kind())
                .setOffset(annotation.offset())
                .setLength(annotation.length());
        ifThere(annotation.value(), span::setValue);
      }
    }
    return made.build();
  }

  private static org.viesti.protocol.v1.Payload.Attachment attachment(Payload.Attachment file) {
    var made = org.viesti.protocol.v1.Payload.Attachment.newBuilder().setUri(file.uri());
    ifThere(file.attachmentId(), made::setAttachmentId);
    ifThere(file.filename(), made::setFilename);
    ifThere(file.mime(), made::setMime);
    ifThere(file.size(), made::setSize);
    ifThere(file.caption(), made::setCaption);
    ifThere(file.encrypted(), made::setEncrypted);
    ifThere(file.checksum(), made::setChecksum);
    if (file.previews() != null) {
      for (Payload.Preview preview : file.previews()) {
        var picture = made.addPreviewsBuilder().setUri(preview.uri());
        ifThere(preview.mime(), picture::setMime);
        ifThere(preview.width(), picture::setWidth);
        ifThere(preview.height(), picture::setHeight);
        ifThere(preview.size(), picture::setSize);
      }
    }
    return made.build();
  }

  private static org.viesti.protocol.v1.Payload.Encrypted encrypted(Payload.Encrypted secret) {
    var made =
        org.viesti.protocol.v1.Payload.Encrypted.newBuilder()
            .setAlgorithm(secret.algorithm())
            .setCiphertext(bytes(secret.ciphertext()));
    ifThere(secret.nonce(), nonce -> made.setNonce(bytes(nonce)));
    ifThere(secret.senderKeyId(), made::setSenderKeyId);
    ifThere(secret.recipientKeyIds(), made::addAllRecipientKeyIds);
    ifThere(secret.aad(), aad -> made.setAad(bytes(aad)));
    ifThere(secret.sessionId(), made::setSessionId);
    return made.build();
  }

  /**
   * A client's payload, not yet validated: null if it is not there. Throws {@link Refused} with
   * PAYLOAD_MISMATCH if the type does not name the branch that is filled.
   */
  @SuppressWarnings(
      "NullAway") // absent is what Validation refuses, for every codec with the same words
  static Payload payload(org.viesti.protocol.v1.Payload payload, boolean present) {
    return present ? payload(payload) : null;
  }

  /**
   * A client's payload, not yet validated. Throws {@link Refused} if the type does not name the
   * branch that is filled.
   */
  public static Payload payload(org.viesti.protocol.v1.Payload payload) {
    PayloadType filled =
        switch (payload.getBodyCase()) {
          case TEXT -> PayloadType.PAYLOAD_TYPE_TEXT;
          case ATTACHMENT -> PayloadType.PAYLOAD_TYPE_ATTACHMENT;
          case ENCRYPTED -> PayloadType.PAYLOAD_TYPE_ENCRYPTED;
          case CALL -> PayloadType.PAYLOAD_TYPE_CALL;
          case MODERATION -> PayloadType.PAYLOAD_TYPE_MODERATION;
          case DATA -> PayloadType.PAYLOAD_TYPE_DATA;
          case BODY_NOT_SET -> throw mismatch("payload has no body that is known here");
        };
    if (payload.getType() != filled) {
      throw mismatch("payload.type is " + payload.getType() + " but the body is " + filled);
    }
    return switch (payload.getBodyCase()) {
      case TEXT -> text(payload.getText());
      case ATTACHMENT -> attachment(payload.getAttachment());
      case ENCRYPTED -> encrypted(payload.getEncrypted());
      case CALL -> call(payload.getCall());
      case MODERATION -> {
        var notice = payload.getModeration();
        yield new Payload.Moderation(
            notice.getBody(),
            list(notice.getTargetsList()),
            notice.hasMetadata() ? Structs.map(notice.getMetadata()) : null);
      }
      case DATA -> new Payload.Data(Structs.map(payload.getData()));
      case BODY_NOT_SET -> throw mismatch("payload has no body that is known here");
    };
  }

  private static Payload.Text text(org.viesti.protocol.v1.Payload.Text text) {
    List<Payload.Annotation> spans =
        text.getAnnotationsList().stream()
            .map(
                span ->
                    new Payload.Annotation(
                        span.getKind(),
                        span.getOffset(),
                        span.getLength(),
                        span.hasValue() ? span.getValue() : null))
            .toList();
    return new Payload.Text(
        text.getBody(),
        text.hasFormat() ? text.getFormat() : null,
        spans.isEmpty() ? null : spans,
        text.hasLang() ? text.getLang() : null);
  }

  private static Payload.Attachment attachment(org.viesti.protocol.v1.Payload.Attachment file) {
    List<Payload.Preview> pictures =
        file.getPreviewsList().stream()
            .map(
                picture ->
                    new Payload.Preview(
                        picture.getUri(),
                        picture.hasMime() ? picture.getMime() : null,
                        picture.hasWidth() ? picture.getWidth() : null,
                        picture.hasHeight() ? picture.getHeight() : null,
                        picture.hasSize() ? picture.getSize() : null))
            .toList();
    return new Payload.Attachment(
        file.getUri(),
        file.hasAttachmentId() ? file.getAttachmentId() : null,
        file.hasFilename() ? file.getFilename() : null,
        file.hasMime() ? file.getMime() : null,
        file.hasSize() ? file.getSize() : null,
        pictures.isEmpty() ? null : pictures,
        file.hasCaption() ? file.getCaption() : null,
        file.hasEncrypted() ? file.getEncrypted() : null,
        file.hasChecksum() ? file.getChecksum() : null);
  }

  private static Payload.Encrypted encrypted(org.viesti.protocol.v1.Payload.Encrypted secret) {
    return new Payload.Encrypted(
        secret.getAlgorithm(),
        base64(secret.getCiphertext()),
        secret.hasNonce() ? base64(secret.getNonce()) : null,
        secret.hasSenderKeyId() ? secret.getSenderKeyId() : null,
        list(secret.getRecipientKeyIdsList()),
        secret.hasAad() ? base64(secret.getAad()) : null,
        secret.hasSessionId() ? secret.getSessionId() : null);
  }

  private static Payload.Call call(org.viesti.protocol.v1.Payload.Call call) {
    return new Payload.Call(
        call.getCallId(),
        call.getAction(),
        call.hasKind() ? call.getKind() : null,
        call.hasSdp() ? call.getSdp() : null,
        call.hasIceCandidate() ? call.getIceCandidate() : null,
        call.hasMetadata() ? Structs.map(call.getMetadata()) : null);
  }

  private static @Nullable List<String> list(List<String> strings) {
    return strings.isEmpty() ? null : List.copyOf(strings);
  }

  private static ByteString bytes(String base64) {
    return ByteString.copyFrom(Base64.getDecoder().decode(base64));
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static Refused mismatch(String detail) {
    return new Refused(ErrorCode.PAYLOAD_MISMATCH, detail);
  }
}
