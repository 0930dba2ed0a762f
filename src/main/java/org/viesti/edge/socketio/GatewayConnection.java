package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Credentials;
import org.viesti.platform.Envelope;
import org.viesti.platform.GatewaySessions;
import org.viesti.platform.GatewaySettings;
import org.viesti.platform.Item;
import org.viesti.platform.dialect.ClientMemory;
import org.viesti.platform.dialect.Dialect;
import org.viesti.platform.dialect.Event;
import org.viesti.platform.dialect.Middleware;
import org.viesti.platform.dialect.Received;
import org.viesti.platform.dialect.Told;
import org.viesti.security.SecretBox;

/**
 * One client's socket: passes what it says through the middleware, gives its session what is to be
 * done or kept, and tells it what came of it. Past its window of jobs its socket is not read. A
 * session is made when there is something for it.
 */
final class GatewayConnection extends AbstractBehavior<Object> {
  /** What a session has not confirmed by then is given again. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** The socket has something; from the event loop. */
  sealed interface OfSocket {}

  record Said(List<Incoming> events) implements OfSocket {}

  record Writable() implements OfSocket {}

  record Closed(String reason) implements OfSocket {}

  private record KeyMade(SecretBox key) {}

  private record KeyFailed(Throwable failure) {}

  private record Again(long since) {}

  /** What a connection needs of its node. */
  record Needs(GatewaySessions sessions, Middleware middleware, GatewaySettings settings) {}

  /** Given to the session, which has not confirmed it. */
  private record Given(long number, Item item, SocketIo.@Nullable Outgoing whenKept) {}

  private final Needs needs;
  private final SocketIo socket;
  private final String session;
  private final String link;
  private final ClientMemory memory;

  /** Null: there is no session yet. */
  private @Nullable SecretBox box;

  private boolean making;
  private final List<Waiting> waiting = new ArrayList<>(0);

  /** For a session that is being made. */
  private record Waiting(Received received, int ack) {}

  private final ArrayDeque<Given> unconfirmed = new ArrayDeque<>(1);
  private long given;
  private @Nullable ActorRef<?> owner;

  /** Of what the owner told; it may tell something again. */
  private long heardUpTo;

  /** Jobs that the client waits for. */
  private int open;

  private boolean reading = true;

  /** Passed on to a socket that is not writable; 0: nothing. */
  private long owed;

  private @Nullable String offset;

  /**
   * @param key of the session, if it is there and the client comes back to it
   * @param offset of the last thing the client was told
   */
  static Behavior<Object> create(
      Needs needs,
      SocketIo socket,
      String session,
      String link,
      @Nullable SecretBox key,
      @Nullable String offset) {
    return Behaviors.setup(
        context -> new GatewayConnection(context, needs, socket, session, link, key, offset));
  }

  private GatewayConnection(
      ActorContext<Object> context,
      Needs needs,
      SocketIo socket,
      String session,
      String link,
      @Nullable SecretBox key,
      @Nullable String offset) {
    super(context);
    this.needs = needs;
    this.socket = socket;
    this.session = session;
    this.link = link;
    this.memory =
        new ClientMemory(needs.settings().memoryActors(), needs.settings().memoryCharacters());
    this.box = key;
    this.offset = offset;
    if (key != null) {
      attach();
    }
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onSignal(Terminated.class, lost -> ownerLost())
        .onAnyMessage(this::on)
        .build();
  }

  private Behavior<Object> on(Object message) {
    switch (message) {
      case Said(List<Incoming> events) -> said(events);
      case GatewaySessions.News news -> {
        return heard(news);
      }
      case Writable _ -> settle();
      case KeyMade(SecretBox key) -> {
        box = key;
        attach();
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        List<Item> items = new ArrayList<>(all.size());
        all.forEach(each -> add(items, each.received(), each.ack(), key));
        give(items);
      }
      case KeyFailed(Throwable failure) -> {
        getContext().getLog().warn("a session of the gateway cannot be made", failure);
        socket.drop();
      }
      case Again(long since) -> again(since);
      case Closed(String reason) -> {
        if (box != null) {
          needs.sessions().detach(session, link, reason.equals(Served.BY_CLIENT));
        }
        return Behaviors.stopped();
      }
      default -> throw new IllegalArgumentException(message.toString());
    }
    return this;
  }

  // From the client.

  private void said(List<Incoming> events) {
    List<SocketIo.Outgoing> answers = new ArrayList<>(0);
    List<Item> items = new ArrayList<>(events.size());
    for (Incoming event : events) {
      JsonNode input = event.args().isEmpty() ? null : event.args().getFirst();
      Received received =
          needs.middleware().receive(memory, event.event(), input, event.ack() >= 0);
      switch (received) {
        case Received.Answer(Told told) -> tell(answers, told, event.ack(), null);
        case Received.Ignored() -> {}
        case Received.Job _, Received.Credentials _ -> {
          if (box == null) {
            waiting.add(new Waiting(received, event.ack()));
          } else {
            add(items, received, event.ack(), box);
          }
        }
      }
    }
    if (!answers.isEmpty()) {
      socket.send(answers);
    }
    give(items);
    if (!waiting.isEmpty() && !making) {
      making = true;
      getContext()
          .pipeToSelf(
              needs.sessions().create(session),
              (key, failure) -> failure == null ? new KeyMade(key) : new KeyFailed(failure));
    }
    heedWindow();
  }

  private void add(List<Item> items, Received received, int ack, SecretBox key) {
    given++;
    Item item;
    Told kept;
    switch (received) {
      case Received.Job(Activity request, Dialect dialect) -> {
        byte[] sealed =
            Envelope.request(link, ack, dialect.name(), dialect.connectsUnasked(), request)
                .seal(key);
        item = new Item(request.platform(), request.actorId(), false, sealed);
        kept = dialect.queued();
        open++;
      }
      case Received.Credentials(Activity request, Dialect dialect) -> {
        ObjectNode secrets =
            request.object() == null ? JsonNodeFactory.instance.objectNode() : request.object();
        item =
            new Item(request.platform(), request.actorId(), true, Credentials.seal(secrets, key));
        kept = dialect.accepted(request);
      }
      case Received.Answer _, Received.Ignored _ -> throw new IllegalArgumentException();
    }
    SocketIo.Outgoing whenKept =
        ack >= 0 && kept.ack() != null ? new SocketIo.Outgoing.Ack(ack, kept.ack()) : null;
    items.add(item);
    unconfirmed.add(new Given(given, item, whenKept));
  }

  private void give(List<Item> items) {
    if (!items.isEmpty()) {
      needs.sessions().give(session, link, given - items.size() + 1, items);
      if (unconfirmed.size() == items.size()) { // else someone waits already
        getContext().scheduleOnce(PATIENCE, getContext().getSelf(), new Again(given));
      }
    }
  }

  /** What was not confirmed since is given again. */
  private void again(long since) {
    if (unconfirmed.isEmpty()) {
      return;
    }
    if (unconfirmed.element().number() <= since) {
      attach();
      giveAgain();
    }
    getContext().scheduleOnce(PATIENCE, getContext().getSelf(), new Again(given));
  }

  private void giveAgain() {
    if (!unconfirmed.isEmpty()) {
      needs
          .sessions()
          .give(
              session,
              link,
              unconfirmed.element().number(),
              unconfirmed.stream().map(Given::item).toList());
    }
  }

  private void heedWindow() {
    int most = needs.settings().window();
    int now = open + waiting.size();
    boolean read = reading ? now < most : now <= most / 2;
    if (read != reading) {
      reading = read;
      socket.reading(read);
    }
  }

  // From the session.

  private void attach() {
    needs.sessions().attach(session, getContext().getSelf().unsafeUpcast(), link, offset);
  }

  private Behavior<Object> heard(GatewaySessions.News news) {
    switch (news) {
      case GatewaySessions.Attached(var by) -> {
        if (owner == null) {
          owner = by;
          getContext().watch(by);
        } else if (!owner.equals(by)) {
          // Its platforms went with the one before: a client that connects again makes them anew.
          socket.drop();
        }
      }
      case GatewaySessions.Taken(long upTo) -> confirmed(upTo);
      case GatewaySessions.Told(var entries) -> told(entries);
      case GatewaySessions.Replaced() -> socket.drop();
      case GatewaySessions.Ended() -> socket.drop();
    }
    return this;
  }

  private Behavior<Object> ownerLost() {
    attach();
    giveAgain();
    return this;
  }

  private void confirmed(long upTo) {
    List<SocketIo.Outgoing> answers = new ArrayList<>(0);
    while (!unconfirmed.isEmpty() && unconfirmed.element().number() <= upTo) {
      Given kept = unconfirmed.remove();
      if (kept.whenKept() != null) {
        answers.add(kept.whenKept());
      }
    }
    if (!answers.isEmpty()) {
      socket.send(answers);
    }
  }

  private void told(List<GatewaySessions.Entry> entries) {
    SecretBox key = box;
    if (key == null) {
      return;
    }
    List<SocketIo.Outgoing> out = new ArrayList<>(2 * entries.size());
    for (GatewaySessions.Entry entry : entries) {
      if (entry.number() <= heardUpTo) {
        continue;
      }
      heardUpTo = entry.number();
      Envelope envelope = Envelope.open(entry.sealed(), key);
      offset = entry.offset();
      if (envelope.isEvent()) {
        event(out, envelope.link(), envelope.activity());
        continue;
      }
      Dialect dialect = Dialect.valueOf(envelope.dialect());
      Told told =
          envelope.error() == null
              ? dialect.completed(envelope.activity(), envelope.result())
              : dialect.failed(envelope.activity(), envelope.error());
      boolean own = envelope.link().equals(link);
      tell(out, told, own ? envelope.ack() : -1, offset);
      if (own) {
        open--;
      }
    }
    if (!out.isEmpty()) {
      socket.send(out);
    }
    owed = heardUpTo;
    settle();
    heedWindow();
  }

  private void event(List<SocketIo.Outgoing> out, String actor, Activity event) {
    String misfit = needs.middleware().misfit(event);
    if (misfit != null) {
      getContext().getLog().warn("{} told what it must not: {}", event.platform(), misfit);
      return;
    }
    Event told = memory.dialectOf(event.platform(), actor).unsolicited(event);
    out.add(event(told, offset));
  }

  private static void tell(
      List<SocketIo.Outgoing> out, Told told, int ack, @Nullable String offset) {
    if (ack >= 0 && told.ack() != null) {
      out.add(new SocketIo.Outgoing.Ack(ack, told.ack()));
    }
    if (told.event() != null) {
      out.add(event(told.event(), offset));
    }
  }

  /** With an offset, which a client keeps that may come back with it. */
  private static SocketIo.Outgoing event(Event event, @Nullable String offset) {
    return new SocketIo.Outgoing.Event(
        event.name(),
        offset == null
            ? List.of(event.payload())
            : List.of(event.payload(), JsonNodeFactory.instance.textNode(offset)));
  }

  /** Confirms what the client takes. */
  private void settle() {
    if (owed > 0 && socket.writable()) {
      needs.sessions().took(session, link, owed);
      owed = 0;
    }
  }
}
