package org.viesti.routing;

import java.util.List;
import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Publication;
import org.viesti.protocol.TopicFilter;

/**
 * One filter in force for one stream.
 *
 * @param wanted how the stream wants what it matches
 * @param stream what {@link Publication#publisher} is called if the stream published it itself
 * @param sharing null: it is not shared
 */
public record Subscription(
    String tenant,
    TopicFilter filter,
    ClientFrame.Wanted wanted,
    String stream,
    ActorRef<Router.Routed> follower,
    @Nullable Share sharing)
    implements Exchange.Member {

  public Subscription(
      String tenant,
      TopicFilter filter,
      ClientFrame.Wanted wanted,
      String stream,
      ActorRef<Router.Routed> follower) {
    this(tenant, filter, wanted, stream, follower, filter.share() == null ? null : new Share());
  }

  /** Of a shared one. */
  Share share() {
    return Objects.requireNonNull(sharing);
  }

  public boolean isShared() {
    return sharing != null;
  }

  /** A publication came to the stream. */
  public void came(Publication publication) {
    if (sharing != null) {
      sharing.came(publication);
    }
  }

  /** The stream is done with one. */
  public void done() {
    if (sharing != null) {
      sharing.done();
    }
  }

  /** The stream goes; those that are on their way to it, if others are to have them. */
  public List<Publication> close() {
    return sharing == null ? List.of() : sharing.close();
  }

  /** Whether it is for what somebody published: the stream may not want its own. */
  public boolean takes(@Nullable String publisher) {
    return !(wanted.noLocal() && stream.equals(publisher));
  }

  // One stream may have two that look alike for a moment, and the trie tells them apart.

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
