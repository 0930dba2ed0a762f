package org.viesti.user;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;

/** One attempt to deliver a push: reads what the post says by now, and hands it to the provider. */
record PushDelivery(UserId user, PushNeeds needs) {

  /** Empty if there is nothing left to push: the only post was redacted. */
  CompletionStage<Optional<PushResult>> attempt(PendingPush push, String provider, String token) {
    return needs
        .facts()
        .message(new RoomId(user.tenant(), push.room()), push.seq())
        .thenCompose(
            message -> {
              Body.Post post = post(message);
              int gone = post == null ? 1 : 0;
              if (push.count() == gone) {
                return CompletableFuture.completedFuture(Optional.empty());
              }
              String text =
                  post == null ? null : preview(post.payload(), needs.settings().previewLength());
              return needs
                  .sender()
                  .send(provider, asSent(push, token, text, push.count() - gone))
                  .thenApply(Optional::of);
            });
  }

  private static Body.@Nullable Post post(Optional<Message> message) {
    return message.isPresent() && message.get().body() instanceof Body.Post post ? post : null;
  }

  private Push asSent(PendingPush push, String token, @Nullable String text, int count) {
    String messageId = new RoomId(user.tenant(), push.room()).messageId(push.seq());
    return new Push(
        push.device() + "/" + messageId,
        user.tenant(),
        user.id(),
        push.device(),
        token,
        push.call() ? push.room() + "/call" : push.room(),
        push.room(),
        push.roomName(),
        messageId,
        push.sender(),
        push.at(),
        push.call() ? "call" : push.mentioned() ? "mention" : "message",
        text,
        count);
  }

  static @Nullable String preview(Payload payload, int most) {
    String text =
        switch (payload) {
          case Payload.Text said -> said.body();
          case Payload.Moderation said -> said.body();
          case Payload.Attachment attachment -> attachment.caption();
          case Payload.Encrypted encrypted -> null;
          case Payload.Call call -> null;
          case Payload.Data data -> null;
        };
    if (text == null || most == 0) {
      return null;
    }
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}
