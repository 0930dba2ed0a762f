package org.viesti.platform;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Database;
import org.viesti.journal.History;
import org.viesti.journal.NodeMessage;
import org.viesti.security.SecretBox;

/** The only door to the gateway's sessions. */
public final class GatewaySessions {
  private static final EntityTypeKey<SessionCommand> KEY =
      EntityTypeKey.create(SessionCommand.class, "gateway-session");
  private static final int ID_BYTES = 15;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PRIVATE_ID = "private id";

  private final ActorRef<ShardingEnvelope<SessionCommand>> shards;
  private final SessionKeys keys;
  private final SecretBox clusterKey;

  private GatewaySessions(ActorSystem<?> system, GatewaySession.Needs needs, SecretBox clusterKey) {
    this.clusterKey = clusterKey;
    this.keys = needs.keys();
    this.shards =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                        KEY,
                        entity ->
                            GatewaySession.create(entity.getEntityId(), entity.getShard(), needs))
                    .withSettings(
                        // One with a client must stay; one without ends by itself.
                        ClusterShardingSettings.create(system).withNoPassivationStrategy()));
  }

  /** Opens the door on this node. */
  public static GatewaySessions start(
      ActorSystem<?> system,
      GatewaySettings settings,
      Platforms platforms,
      Database database,
      History history) {
    SecretBox clusterKey = settings.clusterKey();
    SessionKeys keys = new SessionKeys(database, clusterKey);
    GatewaySessions sessions =
        new GatewaySessions(
            system, new GatewaySession.Needs(settings, platforms, keys, history), clusterKey);
    SessionWaker.start(system, sessions, keys);
    return sessions;
  }

  static PersistenceId log(String session) {
    return PersistenceId.ofUniqueId("gateway/" + session);
  }

  /** What a session tells its client's connection. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Attached.class, name = "attached"),
    @JsonSubTypes.Type(value = Taken.class, name = "taken"),
    @JsonSubTypes.Type(value = Told.class, name = "told"),
    @JsonSubTypes.Type(value = Replaced.class, name = "replaced"),
    @JsonSubTypes.Type(value = Ended.class, name = "ended"),
  })
  public sealed interface News extends NodeMessage {}

  /**
   * The session is the connection's now.
   *
   * @param owner watch it: when it ends, what it did not take must be given to the next
   */
  public record Attached(ActorRef<?> owner) implements News {}

  /** Everything the connection gave, up to here, is committed. */
  public record Taken(long upTo) implements News {}

  /** To be told to the client, in this order. */
  public record Told(List<Entry> entries) implements News {}

  /**
   * One of them.
   *
   * @param number for {@link #took}
   * @param offset for the client, which may come back with it
   * @param sealed an {@link Envelope}
   */
  public record Entry(long number, String offset, byte[] sealed) {}

  /** A newer connection has it. */
  public record Replaced() implements News {}

  /** There is no such session any more. */
  public record Ended() implements News {}

  /** A new id, which nobody can guess. */
  public String newId() {
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  /** By which a client shows that a session is its own: nobody else learns it. */
  public String privateId(String session) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(clusterKey.seal(session.getBytes(StandardCharsets.US_ASCII), PRIVATE_ID));
  }

  /** Whose private id it is; null: nobody's. */
  public @Nullable String idOf(String privateId) {
    try {
      byte[] sealed = Base64.getUrlDecoder().decode(privateId);
      return new String(clusterKey.open(sealed, PRIVATE_ID), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException | SecretBox.Broken e) {
      return null;
    }
  }

  /** Makes a session; its key seals what is given to it and opens what it tells. */
  public CompletionStage<SecretBox> create(String session) {
    return keys.create(session);
  }

  /** The key of a session; empty: there is none any more. */
  public CompletionStage<Optional<SecretBox>> key(String session) {
    return keys.find(session);
  }

  /** A connection takes a session over. */
  public void attach(
      String session, ActorRef<News> connection, String link, @Nullable String offset) {
    tell(session, new SessionCommand.Attach(connection, link, offset));
  }

  /** A connection gives something: from its so-manieth on, the first being 1. */
  public void give(String session, String link, long first, List<Item> items) {
    tell(session, new SessionCommand.Give(link, first, items));
  }

  /** A connection has passed on everything up to here. */
  public void took(String session, String link, long number) {
    tell(session, new SessionCommand.Took(link, number));
  }

  /**
   * A connection is gone.
   *
   * @param forGood its client said so
   */
  public void detach(String session, String link, boolean forGood) {
    tell(session, new SessionCommand.Detach(link, forGood));
  }

  void wake(String session) {
    tell(session, new SessionCommand.Wake());
  }

  private void tell(String session, SessionCommand command) {
    shards.tell(new ShardingEnvelope<>(session, command));
  }
}
