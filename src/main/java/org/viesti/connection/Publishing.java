package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.TokenBucket;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;

/**
 * What a client asks to be recorded: admitted at the device's rate, answered once committed, and at
 * most a window of it unanswered. Past the window the client's socket is not read.
 *
 * <p>Nor is it read while the client is behind its rates of publishes to topics. For these nobody
 * is refused: a client of MQTT 3.1.1 can be told of it only by closing, one of MQTT 5 takes 0x97
 * for an answer and lets the message go, and one of QoS 0 hears of nothing. So what was read is
 * published, however much it is, and what it was too much waits in the sender's kernel.
 */
final class Publishing {
  /** How answers come back into the connection's actor. */
  interface Answers {
    void pipe(CompletionStage<List<ServerFrame>> answers, int requests);
  }

  private final ConnectionSettings settings;
  private final Principal principal;
  private final Admission admission;
  private final Wire wire;
  private final Outlet outlet;
  private final Answers answers;
  private final DeskHost host;

  /** Null while nothing was posted. */
  private @Nullable TokenBucket rate;

  private int unanswered;
  private boolean paused;

  /** Null while nothing was published to a topic. */
  private @Nullable PublishRates publishRates;

  /** It is behind, and will be heeded again when it should no longer be. */
  private boolean waitsForRates;

  Publishing(
      ConnectionSettings settings,
      Principal principal,
      Admission admission,
      Wire wire,
      Outlet outlet,
      Answers answers,
      DeskHost host) {
    this.settings = settings;
    this.principal = principal;
    this.admission = admission;
    this.wire = wire;
    this.outlet = outlet;
    this.answers = answers;
    this.host = host;
  }

  /** One client's batch: refused whole if it is too large. */
  void batch(List<ClientFrame.Send> messages) {
    if (messages.size() <= settings.maxBatch()) {
      post(messages);
      return;
    }
    Refusal refusal =
        new Refusal(
            ErrorCode.LIMIT_EXCEEDED,
            "a batch holds at most " + settings.maxBatch() + " messages",
            "viesti.limits.batch",
            null);
    messages.forEach(message -> outlet.put(ServerFrame.Error.of(refusal, message.id())));
  }

  void post(List<ClientFrame.Send> sends) {
    List<ClientFrame.Send> admitted = new ArrayList<>(sends.size());
    for (ClientFrame.Send send : sends) {
      if (admitRate(send.id())) {
        admitted.add(send);
      }
    }
    for (int from = 0; from < admitted.size(); from += settings.maxBatch()) {
      List<ClientFrame.Send> part =
          admitted.subList(from, Math.min(admitted.size(), from + settings.maxBatch()));
      ask(
          admission
              .post(principal, part)
              .handle((results, failure) -> answersTo(part, results, failure)),
          part.size());
    }
  }

  void edit(ClientFrame.Edit edit) {
    amend(
        edit.id(),
        edit.target(),
        () -> admission.edit(principal, edit.target(), edit.payload(), edit.mentions()));
  }

  void redact(ClientFrame.Redact redact) {
    amend(
        redact.id(),
        redact.target(),
        () -> admission.redact(principal, redact.target(), redact.reason()));
  }

  void react(ClientFrame.React react) {
    amend(
        react.id(),
        react.target(),
        () -> admission.react(principal, react.target(), react.reaction(), react.add()));
  }

  private void amend(String id, String target, Supplier<CompletionStage<Rooms.Recorded>> request) {
    if (!admitRate(id)) {
      return;
    }
    try {
      String room = Rooms.roomOf(principal, target).id();
      ask(
          request
              .get()
              .handle(
                  (recorded, failure) ->
                      List.of(recorded == null ? failed(id, failure) : answer(id, room, recorded))),
          1);
    } catch (Refused refused) {
      outlet.put(ServerFrame.Error.of(refused.refusal(), id));
    }
  }

  private static List<ServerFrame> answersTo(
      List<ClientFrame.Send> sends,
      @Nullable List<Rooms.Recorded> results,
      @Nullable Throwable failure) {
    List<ServerFrame> frames = new ArrayList<>(sends.size());
    for (int i = 0; i < sends.size(); i++) {
      ClientFrame.Send send = sends.get(i);
      frames.add(
          results == null
              ? failed(send.id(), failure)
              : answer(send.id(), send.room(), results.get(i)));
    }
    return frames;
  }

  private static ServerFrame failed(String id, @Nullable Throwable failure) {
    return ServerFrame.Error.of(
        Refused.in(failure == null ? new IllegalStateException() : failure), id);
  }

  private static ServerFrame answer(String id, String room, Rooms.Recorded recorded) {
    return recorded.refusal() != null
        ? ServerFrame.Error.of(recorded.refusal(), id)
        : new ServerFrame.SendAck(
            id, room, recorded.eventId(), recorded.seq(), recorded.at(), recorded.duplicate());
  }

  /** One post more. Throws Refused with RATE_LIMITED if it comes too soon. */
  void takeRate() {
    if (rate == null) {
      rate = new TokenBucket(settings.deviceRate(), settings.deviceBurst(), System::nanoTime);
    }
    Quotas.refuse(rate.take(), "viesti.limits.device-rate");
  }

  private boolean admitRate(String id) {
    try {
      takeRate();
      return true;
    } catch (Refused refused) {
      outlet.put(ServerFrame.Error.of(refused.refusal(), id));
      return false;
    }
  }

  private void ask(CompletionStage<List<ServerFrame>> answer, int requests) {
    unanswered += requests;
    answers.pipe(answer, requests);
  }

  /** So many requests wait for their answers, that are given elsewhere. */
  void begun(int requests) {
    unanswered += requests;
  }

  /** So many requests have been answered. */
  void answered(int requests) {
    unanswered -= requests;
  }

  /** One to a topic, whatever becomes of it. */
  void published(ClientFrame.Publish publish) {
    PublishRates rates = publishRates;
    if (rates == null) {
      rates = new PublishRates(settings);
      publishRates = rates;
    }
    rates.spend(publish);
  }

  /** The client's socket is not read. */
  boolean isPaused() {
    return paused;
  }

  /**
   * Reads the client's socket or leaves it: past the window of unanswered requests, while the
   * client is behind its rates, and while it does not take what it is sent, because each frame it
   * sends can have an answer.
   */
  void heed() {
    boolean full =
        isBehind()
            || unanswered >= settings.maxUnanswered()
            || (paused && unanswered > settings.maxUnanswered() / 2)
            || !wire.writable();
    if (full != paused) {
      paused = full;
      wire.reading(!full);
    }
  }

  private boolean isBehind() {
    long behindMs = publishRates == null ? 0 : publishRates.behind();
    if (behindMs > 0 && !waitsForRates) {
      waitsForRates = true;
      host.then(
          new CompletableFuture<Boolean>().completeOnTimeout(true, behindMs, TimeUnit.MILLISECONDS),
          passed -> waitsForRates = false);
    }
    return behindMs > 0;
  }
}
