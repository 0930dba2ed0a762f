package org.viesti.routing;

import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/** The routers of all nodes, as this node's own router last heard of them. */
public final class ClusterRoutes {
  private volatile Set<ActorRef<Router.Command>> routers = Set.of();

  public Set<ActorRef<Router.Command>> all() {
    return routers;
  }

  void are(Set<ActorRef<Router.Command>> routers) {
    this.routers = routers;
  }
}
