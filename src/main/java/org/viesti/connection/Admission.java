package org.viesti.connection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.PayloadSize;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;

/**
 * The verb <em>admit</em>: every post and amendment, by whatever edge, passes here on its way to
 * its room.
 */
public final class Admission {
  private final Rooms rooms;
  private final Quotas quotas;
  private final ConnectionSettings settings;

  public Admission(Rooms rooms, ConnectionSettings settings) {
    this.rooms = rooms;
    this.settings = settings;
    this.quotas = new Quotas(settings.userRate(), settings.userBurst());
  }

  /**
   * Posts, over any rooms; one result for each message, in their order.
   *
   * @throws Refused with LIMIT_EXCEEDED if the batch is too large
   */
  public CompletionStage<List<Rooms.Recorded>> post(Principal by, List<ClientFrame.Send> messages) {
    batch(messages.size());
    List<Refusal> refusals = new ArrayList<>(Collections.nCopies(messages.size(), NONE));
    List<ClientFrame.Send> admitted = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      try {
        size(messages.get(i).payload());
        quotas.admit(by.user());
        admitted.add(messages.get(i));
      } catch (Refused refused) {
        refusals.set(i, refused.refusal());
      }
    }
    if (admitted.size() == messages.size()) {
      return rooms.post(by, admitted);
    }
    return rooms.post(by, admitted).thenApply(recorded -> merged(refusals, recorded));
  }

  private static final Refusal NONE = Refusal.of(ErrorCode.INTERNAL, "");

  private static List<Rooms.Recorded> merged(
      List<Refusal> refusals, List<Rooms.Recorded> recorded) {
    List<Rooms.Recorded> results = new ArrayList<>(refusals.size());
    int next = 0;
    for (Refusal refusal : refusals) {
      results.add(
          refusal == NONE ? recorded.get(next++) : new Rooms.Recorded("", 0, 0, false, refusal));
    }
    return results;
  }

  public CompletionStage<Rooms.Recorded> edit(
      Principal by, String target, Payload payload, @Nullable List<String> mentions) {
    return admitted(
        by,
        () -> {
          size(payload);
          return rooms.edit(by, target, payload, mentions);
        });
  }

  public CompletionStage<Rooms.Recorded> redact(
      Principal by, String target, @Nullable String reason) {
    return admitted(by, () -> rooms.redact(by, target, reason));
  }

  public CompletionStage<Rooms.Recorded> react(
      Principal by, String target, String reaction, boolean add) {
    return admitted(by, () -> rooms.react(by, target, reaction, add));
  }

  public CompletionStage<Rooms.Recorded> pin(Principal by, String target, boolean pinned) {
    return admitted(by, () -> rooms.pin(by, target, pinned));
  }

  private interface Step {
    CompletionStage<Rooms.Recorded> take();
  }

  private CompletionStage<Rooms.Recorded> admitted(Principal by, Step step) {
    try {
      quotas.admit(by.user());
      return step.take();
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private void batch(int size) {
    if (size > settings.maxBatch()) {
      throw new Refused(
          new Refusal(
              ErrorCode.LIMIT_EXCEEDED,
              "a batch holds at most " + settings.maxBatch() + " messages",
              "viesti.limits.batch",
              null));
    }
  }

  private void size(Payload payload) {
    if (PayloadSize.of(payload) > settings.maxMessageBytes()) {
      throw new Refused(
          new Refusal(
              ErrorCode.TOO_LARGE,
              "a message holds at most " + settings.maxMessageBytes() + " bytes",
              "viesti.limits.message-bytes",
              null));
    }
  }
}
