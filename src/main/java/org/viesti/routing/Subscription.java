package org.viesti.routing;

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
 */
public record Subscription(
    String tenant,
    TopicFilter filter,
    ClientFrame.Wanted wanted,
    String stream,
    ActorRef<Router.Routed> follower)
    implements Exchange.Member {

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
