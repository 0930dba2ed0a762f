package org.viesti.user;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.GroupCommit;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.routing.Tell;
import org.viesti.routing.Wish;

/**
 * A user's outgoing pushes, from a room's word to a provider's. {@link PushPolicy} says which and
 * when.
 *
 * <pre>
 *   told --> queued --due--> looked at --> sent --> done
 *             ^ ^               |  |         |
 *             | +---put off-----+  +-> done  +--> dead letter --> done
 *             +-----------------put off------+
 * </pre>
 *
 * <p>A push is queued in the user's log before the room is answered. When it is due, the device's
 * cursor and the user's read mark say whether it is still needed. For a device that is connected it
 * is only held in memory until then: nearly all of those are acknowledged, and nothing is written
 * for them; if this node dies meanwhile, the room tells again or the device comes back and reads
 * its logs. A push is done when the provider took it; a crash just before that is written sends it
 * twice, with the same id.
 */
final class PushDesk {
  private static final String TIMER = "pushes";

  /** When a device's owner or the table of dead letters does not answer. */
  private static final long AGAIN_MS = 5_000;

  private final ActorContext<UserCommand> context;
  private final TimerScheduler<UserCommand> timers;
  private final UserId id;
  private final User.Needs needs;
  private final GroupCommit<UserState, UserEvent> commit;
  private final PushPolicy policy;
  private final PushDelivery delivery;
  private final Backoff backoff;

  /** Of devices that are connected, by key. */
  private final Map<String, PendingPush> held = new HashMap<>(2);

  /** Keys of those looked at, sent or buried at the moment. */
  private final Set<String> busy = new HashSet<>(2);

  /** Keys not to be looked at before a time. */
  private final Map<String, Long> notBefore = new HashMap<>(2);

  PushDesk(
      ActorContext<UserCommand> context,
      TimerScheduler<UserCommand> timers,
      UserId id,
      User.Needs needs,
      GroupCommit<UserState, UserEvent> commit) {
    this.context = context;
    this.timers = timers;
    this.id = id;
    this.needs = needs;
    this.commit = commit;
    this.policy = new PushPolicy(needs.push().settings());
    this.delivery = new PushDelivery(id, needs.push());
    this.backoff =
        new Backoff(
            needs.push().settings().retryFirst(),
            needs.push().settings().retryMax(),
            RandomGenerator.getDefault());
  }

  /** Nothing is under way, and nothing comes within that time. */
  boolean isIdle(UserState state, Duration within) {
    long until = now() + within.toMillis();
    return busy.isEmpty()
        && held.isEmpty()
        && state.pushesOrNone().values().stream().noneMatch(push -> push.dueAt() < until);
  }

  // Told.

  /** Queues what the posts are worth. A repeat is known by its positions, and queues nothing. */
  void queue(UserState state, Tell.Notify notify, Set<String> live) {
    UserState ahead = commit.ahead(state);
    String room = notify.room().id();
    UserState.Membership membership = ahead.in(room);
    if (membership == null) {
      return;
    }
    Wish wish = ahead.wishFor(membership);
    long known = Math.max(membership.notifiedTo(), membership.read());
    for (Tell.Post post : notify.posts()) {
      long dueAt =
          post.seq() <= known
              ? PushPolicy.NEVER
              : policy.dueAt(id.id(), wish, post, notify.members(), ahead.quiet(), now());
      if (dueAt != PushPolicy.NEVER) {
        ahead
            .devicesOrNone()
            .forEach(
                (device, of) -> {
                  if (of.reachable()) {
                    queue(state, pending(device, notify, post, dueAt), live.contains(device));
                  }
                });
      }
    }
    schedule(commit.ahead(state));
  }

  private PendingPush pending(String device, Tell.Notify notify, Tell.Post post, long dueAt) {
    return new PendingPush(
        device,
        notify.room().id(),
        notify.roomName(),
        post.seq(),
        post.seq(),
        post.at(),
        post.sender(),
        post.mentioned(),
        post.call(),
        1,
        now(),
        dueAt,
        0,
        null);
  }

  private void queue(UserState state, PendingPush push, boolean live) {
    PendingPush before = held.get(push.key());
    if (before != null && before.seq() >= push.seq()) {
      return;
    }
    boolean queued = commit.ahead(state).pushesOrNone().containsKey(push.key());
    if (live && !queued) {
      held.put(push.key(), before == null ? push : before.with(push));
      return;
    }
    if (before != null) {
      held.remove(push.key());
      commit.gather(state, new UserEvent.PushQueued(before));
    }
    commit.gather(state, new UserEvent.PushQueued(push));
  }

  /** A dead letter is to be tried again. */
  void replay(UserState state, PendingPush letter) {
    PendingPush push = letter.later(letter.first(), now(), 0, null);
    commit.gather(state, new UserEvent.PushQueued(push));
  }

  /** Quiet hours have changed: what waited for the end of the old ones is looked at again. */
  void reconsider(UserState state) {
    for (PendingPush push : List.copyOf(commit.ahead(state).pushesOrNone().values())) {
      if (push.attempts() == 0 && push.dueAt() > now()) {
        long dueAt = push.queuedAt() + needs.push().settings().delay().toMillis();
        putOff(state, push.later(push.first(), dueAt, 0, null));
      }
    }
  }

  // Due.

  /** Sets the timer for what is due next. */
  void schedule(UserState state) {
    long next = Long.MAX_VALUE;
    for (PendingPush push : all(state)) {
      if (!busy.contains(push.key())) {
        next = Math.min(next, Math.max(push.dueAt(), notBefore.getOrDefault(push.key(), 0L)));
      }
    }
    if (next == Long.MAX_VALUE) {
      timers.cancel(TIMER);
    } else {
      Duration wait = Duration.ofMillis(Math.max(0, next - now()));
      timers.startSingleTimer(TIMER, new UserCommand.PushesDue(), wait);
    }
  }

  private List<PendingPush> all(UserState state) {
    List<PendingPush> all = new ArrayList<>(state.pushesOrNone().values());
    all.addAll(held.values());
    return all;
  }

  private @Nullable PendingPush current(UserState state, String key) {
    PendingPush push = commit.ahead(state).pushesOrNone().get(key);
    return push == null ? held.get(key) : push;
  }

  void on(UserState state, UserCommand.OfPushes command) {
    switch (command) {
      case UserCommand.PushesDue() -> lookAtDue(state);
      case UserCommand.PushLookedAt(String key, Long acknowledged) -> {
        busy.remove(key);
        PendingPush push = current(state, key);
        if (push != null) {
          decide(state, push, acknowledged);
        }
      }
      case UserCommand.PushSent sent -> {
        busy.remove(sent.push().key());
        sent(state, sent);
      }
      case UserCommand.PushBuried(PendingPush push, boolean done) -> {
        busy.remove(push.key());
        if (done) {
          done(state, push, push.seq(), push.count());
        } else {
          notBefore.put(push.key(), now() + AGAIN_MS);
        }
      }
    }
    schedule(commit.ahead(state));
  }

  private void lookAtDue(UserState state) {
    UserState ahead = commit.ahead(state);
    long now = now();
    notBefore.values().removeIf(time -> time <= now);
    for (PendingPush push : all(ahead)) {
      String key = push.key();
      if (push.dueAt() <= now && !notBefore.containsKey(key) && busy.add(key)) {
        context.pipeToSelf(
            needs
                .push()
                .facts()
                .acknowledged(
                    new DeviceId(id, push.device()), new RoomId(id.tenant(), push.room())),
            (acknowledged, failure) -> new UserCommand.PushLookedAt(key, acknowledged));
      }
    }
  }

  private void decide(UserState state, PendingPush push, @Nullable Long acknowledged) {
    UserState ahead = commit.ahead(state);
    UserState.Device device = stillReaches(ahead, push);
    if (device == null) {
      done(state, push, push.seq(), push.count());
    } else if (acknowledged == null) {
      notBefore.put(push.key(), now() + AGAIN_MS);
    } else if (acknowledged >= push.seq()) {
      done(state, push, push.seq(), push.count());
    } else {
      long restDue = push.queuedAt() + needs.push().settings().delay().toMillis();
      long sendAt = policy.sendAt(push, ahead.quiet(), now());
      if (acknowledged >= push.first() && restDue > now()) {
        // It is there and may not have come to the last one yet.
        putOff(state, push.later(acknowledged + 1, restDue, push.attempts(), push.failure()));
      } else if (sendAt == PushPolicy.NEVER) {
        done(state, push, push.seq(), push.count());
      } else if (sendAt > now()) {
        putOff(state, push.later(push.first(), sendAt, push.attempts(), push.failure()));
      } else if (held.remove(push.key(), push)) {
        // From here on it must survive; once it is written it is due.
        commit.gather(state, new UserEvent.PushQueued(push));
      } else {
        send(push, device);
      }
    }
  }

  /** The device, if the user still wants the push and can get it. */
  private static UserState.@Nullable Device stillReaches(UserState state, PendingPush push) {
    UserState.Membership membership = state.in(push.room());
    UserState.Device device = state.devicesOrNone().get(push.device());
    return membership != null
            && membership.read() < push.seq()
            && state.wishFor(membership) != Wish.NONE
            && device != null
            && device.reachable()
        ? device
        : null;
  }

  private void putOff(UserState state, PendingPush push) {
    if (held.computeIfPresent(push.key(), (key, was) -> push) == null) {
      commit.gather(
          state,
          new UserEvent.PushPutOff(
              push.key(), push.first(), push.dueAt(), push.attempts(), push.failure()));
    }
  }

  private void done(UserState state, PendingPush push, long seq, int count) {
    if (held.computeIfPresent(push.key(), (key, was) -> was.after(seq, count, was.dueAt())) == null
        && commit.ahead(state).pushesOrNone().containsKey(push.key())) {
      long rest = now() + needs.push().settings().delay().toMillis();
      commit.gather(state, new UserEvent.PushDone(push.key(), seq, count, rest));
    }
  }

  // Sent.

  private void send(PendingPush push, UserState.Device device) {
    String provider = String.valueOf(device.provider());
    String token = String.valueOf(device.token());
    busy.add(push.key());
    context.pipeToSelf(
        delivery.attempt(push, provider, token),
        (result, failure) ->
            new UserCommand.PushSent(
                push,
                provider,
                token,
                result != null
                    ? result
                    : Optional.of(new PushResult.Retry("not read: " + failure, null))));
  }

  private void sent(UserState state, UserCommand.PushSent sent) {
    PendingPush push = sent.push();
    PendingPush now = commit.ahead(state).pushesOrNone().get(push.key());
    if (now == null) {
      return;
    }
    if (sent.result().isEmpty()) {
      // The post was redacted.
      done(state, push, push.seq(), push.count());
      return;
    }
    switch (sent.result().get()) {
      case PushResult.Accepted() -> done(state, push, push.seq(), push.count());
      case PushResult.Retry(String reason, Duration after) -> {
        int attempts = now.attempts() + 1;
        if (attempts >= needs.push().settings().retryAttempts()) {
          bury(push.later(push.first(), push.dueAt(), attempts, reason), sent.provider());
        } else {
          long dueAt = now() + backoff.after(attempts, after).toMillis();
          putOff(state, now.later(now.first(), dueAt, attempts, reason));
        }
      }
      case PushResult.DeadToken(String reason) -> deadToken(state, sent, reason);
      case PushResult.Rejected(String reason) ->
          bury(
              push.later(push.first(), push.dueAt(), push.attempts() + 1, reason), sent.provider());
    }
  }

  private void deadToken(UserState state, UserCommand.PushSent sent, String reason) {
    PendingPush push = sent.push();
    UserState.Device device = commit.ahead(state).devicesOrNone().get(push.device());
    if (device != null && sent.token().equals(device.token())) {
      context.getLog().info("device {} of {} has a dead push token: {}", push.device(), id, reason);
      commit.gather(state, new UserEvent.PushTokenSet(push.device(), null, null));
    }
    // Else it has a new one by now, and the push is due still.
  }

  private void bury(PendingPush push, String provider) {
    busy.add(push.key());
    context.pipeToSelf(
        needs.push().letters().bury(id, provider, push, now()),
        (done, failure) -> new UserCommand.PushBuried(push, failure == null));
  }

  private long now() {
    return needs.clock().millis();
  }
}
