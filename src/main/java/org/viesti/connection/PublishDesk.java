package org.viesti.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import org.viesti.protocol.Topic;
import org.viesti.routing.Retained;
import org.viesti.security.Principal;
import org.viesti.security.TopicAcl;

/**
 * What one client publishes on topics, those of rooms among them: admitted, handed on, answered;
 * its will among it.
 */
final class PublishDesk {
  private static final Counter DENIED = Metrics.counter("viesti.admit.denied");

  private final TopicPublisher publisher;
  private final RoomPosts posts;
  private final Principal principal;
  private final String stream;
  private final TopicAcl.Rights rights;
  private final Outlet outlet;
  private final Publishing publishing;
  private final DeskHost host;
  private final PublishAnswers answers;

  /** Publishes of QoS 2 that the client has not yet released. */
  private final Set<String> unreleased = new HashSet<>(0);

  /** Those of them that are not committed yet: nothing was answered. */
  private final Map<String, CompletionStage<Done>> uncommitted = new HashMap<>(0);

  private ClientFrame.@Nullable Will will;

  PublishDesk(
      TopicPublisher publisher,
      RoomPosts posts,
      Principal principal,
      TopicAcl.Rights rights,
      Outlet outlet,
      Publishing publishing,
      DeskHost host,
      ClientFrame.@Nullable Will will) {
    this.publisher = publisher;
    this.posts = posts;
    this.principal = principal;
    this.stream = principal.deviceId().key();
    this.rights = rights;
    this.outlet = outlet;
    this.publishing = publishing;
    this.host = host;
    this.answers = new PublishAnswers(outlet::put);
    this.will = will == null || isRefused(will.message()) ? null : will;
  }

  /** A room is spoken to by who is there. */
  private boolean isRefused(ClientFrame.Publish will) {
    return Topic.isRoom(will.topic()) || refusal(will) != null;
  }

  void publish(List<ClientFrame.Publish> all) {
    List<ClientFrame.Publish> admitted = new ArrayList<>(all.size());
    List<Publication> publications = new ArrayList<>(all.size());
    List<ClientFrame.Publish> toRooms = new ArrayList<>(0);
    for (ClientFrame.Publish publish : all) {
      if (admit(publish)) {
        admitted.add(publish);
        if (Topic.isRoom(publish.topic())) {
          toRooms.add(publish);
        } else {
          publications.add(publication(publish));
        }
      }
    }
    Iterator<TopicPublisher.Published> published = publisher.publish(publications).iterator();
    Iterator<CompletionStage<Done>> posted = posts.post(toRooms).iterator();
    for (ClientFrame.Publish publish : admitted) {
      answer(
          publish,
          Topic.isRoom(publish.topic())
              ? new TopicPublisher.Published(true, posted.next())
              : published.next());
    }
  }

  private boolean admit(ClientFrame.Publish publish) {
    publishing.published(publish);
    String id = publish.id();
    if (publish.qos() == 2 && id != null && unreleased.contains(id)) {
      // It came again because the answer was lost, or before it could be given.
      if (!uncommitted.containsKey(id)) {
        outlet.put(new ServerFrame.PublishAck(id, true));
      }
      return false;
    }
    Refusal refusal = refusal(publish);
    if (refusal == null) {
      return true;
    }
    DENIED.increment();
    outlet.put(ServerFrame.Error.of(refusal, id));
    return false;
  }

  private @Nullable Refusal refusal(ClientFrame.Publish publish) {
    if (publish.topic().startsWith("$") || !rights.mayPublish(publish.topic())) {
      return Refusal.of(ErrorCode.PERMISSION_DENIED, "you may not publish to " + publish.topic());
    }
    if (publish.retain() && publish.topic().length() > Retained.MAX_TOPIC) {
      return Refusal.of(
          ErrorCode.INVALID_ARGUMENT,
          "only topics of up to " + Retained.MAX_TOPIC + " characters are retained");
    }
    return null;
  }

  private Publication publication(ClientFrame.Publish publish) {
    long now = System.currentTimeMillis();
    return new Publication(
        principal.user().tenant(),
        publish.topic(),
        publish.bytes(),
        publish.qos(),
        publish.retain(),
        now,
        publish.expiry() == null ? 0 : now + publish.expiry() * 1000,
        stream,
        publish.properties());
  }

  private void answer(ClientFrame.Publish publish, TopicPublisher.Published published) {
    String id = publish.id();
    if (publish.qos() == 2 && id != null) {
      unreleased.add(id);
    }
    CompletionStage<Done> committed = published.committed();
    if (id == null) {
      if (committed != null) {
        publishing.begun(1);
        host.then(committed, written -> publishing.answered(1));
      }
      return;
    }
    PublishAnswers.Slot slot = answers.next();
    ServerFrame ack = new ServerFrame.PublishAck(id, published.matched());
    if (committed == null) {
      answers.fill(slot, ack);
      return;
    }
    publishing.begun(1);
    uncommitted.put(id, committed);
    host.then(
        committed,
        written -> {
          publishing.answered(1);
          uncommitted.remove(id);
          if (written.failure() == null) {
            answers.fill(slot, ack);
          } else {
            unreleased.remove(id);
            answers.fill(slot, ServerFrame.Error.of(Refused.in(written.failure()), id));
          }
        });
  }

  void release(String id) {
    outlet.put(new ServerFrame.Released(id, unreleased.remove(id)));
  }

  // Coming and going.

  /** Of the session's last stream. */
  void resume(Collection<String> ids) {
    unreleased.addAll(ids);
  }

  /** Ids of QoS 2 that were taken and not released, once that is certain. */
  CompletableFuture<List<String>> unreleased() {
    Set<String> taken = new HashSet<>(unreleased);
    CompletableFuture<?> all = CompletableFuture.completedFuture(null);
    for (Map.Entry<String, CompletionStage<Done>> each : uncommitted.entrySet()) {
      all =
          all.thenCombine(
              each.getValue()
                  .handle((done, failure) -> failure == null || taken.remove(each.getKey())),
              (one, other) -> one);
    }
    return all.thenApply(done -> List.copyOf(taken));
  }

  /** As it would be published now. */
  @Nullable Publication will() {
    return will == null ? null : publication(will.message());
  }

  /** Seconds after the stream's end. */
  long willDelay() {
    return will == null ? 0 : will.delay();
  }

  void forgetWill() {
    will = null;
  }
}
