package org.viesti.device;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.viesti.device.DeviceCommand.Reply;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.NodeMessage;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Publication;
import org.viesti.routing.DurableFilters;

/**
 * The only door to devices. A call fails with UNAVAILABLE if the device's owner does not answer in
 * time.
 */
public final class Devices {
  private static final EntityTypeKey<DeviceCommand> KEY =
      EntityTypeKey.create(DeviceCommand.class, "device");

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<DeviceCommand>> shards;
  private final DeviceSettings settings;
  private final History history;
  private final Generations generations;

  private Devices(ActorSystem<?> system, History history, Device.Needs needs) {
    this.system = system;
    this.settings = needs.settings();
    this.history = history;
    this.generations = new Generations(needs.clock());
    this.shards =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                        KEY,
                        entity ->
                            Device.create(
                                DeviceId.parse(entity.getEntityId()), entity.getShard(), needs))
                    .withSettings(
                        // A device whose stream is live must stay; one without rests by itself.
                        ClusterShardingSettings.create(system).withNoPassivationStrategy()));
  }

  /** Opens the door on this node. */
  public static Devices start(
      ActorSystem<?> system,
      DeviceSettings settings,
      History history,
      WakeUps wakeUps,
      DurableFilters filters,
      Consumer<Publication> publish,
      Clock clock) {
    return new Devices(
        system, history, new Device.Needs(settings, wakeUps, filters, publish, clock));
  }

  /**
   * A stream of a device.
   *
   * @param generation greater than that of any stream the device opened before
   */
  public record Stream(ActorRef<News> connection, long generation) {}

  /** What a device's owner tells its live stream. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = TakenOver.class, name = "taken-over"),
    @JsonSubTypes.Type(value = Revoked.class, name = "revoked"),
    @JsonSubTypes.Type(value = SecretChanged.class, name = "secret-changed"),
  })
  public sealed interface News extends NodeMessage {}

  /** A newer stream of the device is live now. */
  public record TakenOver() implements News {}

  /** The device may not stay. */
  public record Revoked() implements News {}

  /** The device's secret was revoked or replaced: a stream that it opened may not stay. */
  public record SecretChanged() implements News {}

  /**
   * A device as its owner knows it.
   *
   * @param owner watch it: when it ends, it has forgotten which stream is live; null: this was read
   *     from the journal
   * @param cursors the last acknowledged position, by topic path
   * @param generation of the live stream; 0: none is known
   * @param session to a stream that attached with terms: what it found; of one that is read: what
   *     is stored; null: nothing
   */
  public record Outbox(
      @Nullable ActorRef<?> owner,
      Map<String, Long> cursors,
      boolean revoked,
      long generation,
      @Nullable Session session) {}

  /**
   * On what terms a stream wants a session: MQTT 5.0 §3.1.2.4 and §3.1.2.11.2.
   *
   * @param clean not the one there is
   * @param expiry seconds it is to outlive the stream; {@link Session#FOR_EVER}
   * @param will to be published if the stream breaks, {@code willDelay} seconds later
   */
  public record Terms(boolean clean, long expiry, @Nullable Publication will, long willDelay) {}

  /**
   * What a stream leaves in its session.
   *
   * @param expiry seconds the session is to outlive it
   * @param positions how far it was in each stream of topics
   * @param will it is still to be published
   */
  public record Left(
      long expiry,
      Map<String, Long> positions,
      List<Session.InFlight> inFlight,
      List<String> unreleased,
      boolean will) {}

  /** How long an answer is waited for. */
  public Duration askTimeout() {
    return settings.askTimeout();
  }

  /** Numbers a new stream. */
  public Stream stream(ActorRef<News> connection) {
    return new Stream(connection, generations.next());
  }

  /**
   * A stream is open: an older one is told. A revoked device's is not opened, nor one of an older
   * generation than the live one: the answer's generation is then another. A stream that comes on
   * terms is answered when the one before it has said what it leaves.
   */
  public CompletionStage<Outbox> attach(
      DeviceId device, Stream stream, @Nullable Terms terms, Duration patience) {
    return ask(
        device,
        patience,
        ref -> new DeviceCommand.Attach(stream.connection(), stream.generation(), terms, ref));
  }

  /** What is stored of the device: for a stream that will not wait for an owner on its way. */
  public CompletionStage<Outbox> stored(DeviceId device) {
    return history
        .memory(
            Logs.persistenceId(device).id(),
            DeviceState.EMPTY,
            DeviceEvent.class,
            DeviceState::grown)
        .thenApply(
            state -> new Outbox(null, state.cursorsOrNone(), state.revoked(), 0, state.session()));
  }

  /** A stream is gone, with what it leaves in its session if it had one. */
  public void detach(DeviceId device, ActorRef<News> connection, @Nullable Left left) {
    tell(device, new DeviceCommand.Detach(connection, left));
  }

  /** Remembers subscriptions in the device's session; done when they are committed. */
  public CompletionStage<Done> subscribe(
      DeviceId device, Map<String, Session.Kept> subscribed, List<String> unsubscribed) {
    return ask(device, ref -> new DeviceCommand.Subscribe(subscribed, unsubscribed, ref))
        .thenApply(outbox -> Done.getInstance());
  }

  /** The device's alarm is due. */
  public void wake(DeviceId device, WakeUps.Due due) {
    tell(device, new DeviceCommand.Wake(due.dueAt(), due.since()));
  }

  /** Remembers what a stream has acknowledged. */
  public void move(DeviceId device, ActorRef<News> connection, Map<String, Long> positions) {
    tell(device, new DeviceCommand.Move(connection, positions));
  }

  /** Forgets the cursors of topics the device no longer follows. */
  public void drop(DeviceId device, List<String> topics) {
    tell(device, new DeviceCommand.Drop(topics));
  }

  public CompletionStage<Outbox> get(DeviceId device) {
    return ask(device, DeviceCommand.Get::new);
  }

  /** Closes the device's stream, and lets it open no other. */
  public CompletionStage<Outbox> revoke(DeviceId device) {
    return ask(device, DeviceCommand.Revoke::new);
  }

  public CompletionStage<Outbox> readmit(DeviceId device) {
    return ask(device, DeviceCommand.Readmit::new);
  }

  /** Closes the device's stream if it was opened by a secret. */
  public CompletionStage<Outbox> secretChanged(DeviceId device) {
    return ask(device, DeviceCommand.ChangeSecret::new);
  }

  private void tell(DeviceId device, DeviceCommand command) {
    shards.tell(new ShardingEnvelope<>(device.key(), command));
  }

  private CompletionStage<Outbox> ask(
      DeviceId device, Function<ActorRef<Reply>, DeviceCommand.Request> request) {
    return ask(device, settings.askTimeout(), request);
  }

  private CompletionStage<Outbox> ask(
      DeviceId device,
      Duration patience,
      Function<ActorRef<Reply>, DeviceCommand.Request> request) {
    return AskPattern.<ShardingEnvelope<DeviceCommand>, Reply>ask(
            shards,
            ref -> new ShardingEnvelope<>(device.key(), request.apply(ref)),
            patience,
            system.scheduler())
        .thenApply(
            reply ->
                switch (reply) {
                  case DeviceCommand.Is is -> {
                    generations.heed(is.generation());
                    yield new Outbox(
                        is.self(), is.cursors(), is.revoked(), is.generation(), is.session());
                  }
                });
  }
}
