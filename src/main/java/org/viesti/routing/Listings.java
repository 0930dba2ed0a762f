package org.viesti.routing;

import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** How an actor that each node has one of finds the other nodes'. */
final class Listings {
  private Listings() {}

  /** From now on the others find it, and it is told who there is whenever that changes. */
  static <M> void join(
      ActorContext<M> context, ServiceKey<M> key, Function<Receptionist.Listing, M> told) {
    ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.register(key, context.getSelf()));
    receptionist.tell(
        Receptionist.subscribe(
            key, context.messageAdapter(Receptionist.Listing.class, told::apply)));
  }
}
