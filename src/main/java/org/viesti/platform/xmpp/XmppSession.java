package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jivesoftware.smack.SmackException.NotConnectedException;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.xmpp.Outgoing.Shown;

/**
 * One actor on XMPP. A verb is done once its stanza is handed to the link; what the network says to
 * it comes as an event. While the link is made again, verbs wait for it up to the reply timeout.
 */
final class XmppSession implements Platform.Session, Line.Owner {
  private final Platform.Host host;
  private final XmppSettings settings;
  private final EventQueue events;
  private final Rooms rooms;
  private final Incoming incoming;

  private volatile @Nullable Line line;
  private volatile boolean closed;

  /** Null: nothing was shown yet. */
  private volatile @Nullable Shown shown;

  XmppSession(Platform.Host host, XmppSettings settings) {
    SmackSetup.once();
    this.host = host;
    this.settings = settings;
    events = new EventQueue(host, settings.eventQueue(), settings.eventQueueBytes());
    rooms = new Rooms(settings.maxRooms(), settings.maxOccupants());
    incoming = new Incoming(rooms);
    events.start();
  }

  @Override
  public @Nullable Activity run(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    switch (request.type()) {
      case "connect" -> connect(credentials);
      case "join" -> join(request);
      case "leave" -> leave(request);
      case "send" -> send(Outgoing.message(request));
      case "update" -> update(Outgoing.shown(request));
      case "request-friend" -> befriend(request, Presence.Type.subscribe);
      case "make-friend" -> befriend(request, Presence.Type.subscribed, Presence.Type.subscribe);
      case "remove-friend" ->
          befriend(request, Presence.Type.unsubscribe, Presence.Type.unsubscribed);
      case "query" -> send(Outgoing.query(request));
      case "disconnect" -> disconnect();
      default ->
          throw PlatformFailure.lasting("platform method " + request.type() + " not available");
    }
    return null;
  }

  @Override
  public boolean connected() {
    Line current = line;
    return current != null && current.isOn();
  }

  // Verbs.

  private void connect(@Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    Line current = line;
    if (current != null && current.isOn()) {
      current.link(settings.replyTimeout());
      return;
    }
    if (credentials == null) {
      throw PlatformFailure.lasting("not connected");
    }
    rooms.clear();
    shown = null;
    Account account = Account.of(credentials);
    try {
      line = Line.open(account, credentials.path("password").asText(), host, settings, this);
    } catch (LinkFailure failure) {
      events.add(LinkEvents.failed(host.actor(), failure));
      // The event comes before the answer.
      events.flush(settings.replyTimeout());
      throw PlatformFailure.lasting(
          "connection failed: " + failure.text() + ". (service: " + account.service() + ")");
    }
    if (closed) {
      close();
    }
  }

  private void join(Activity request) throws PlatformFailure, InterruptedException {
    Jid room = Outgoing.target(request);
    String nick = nick(request, room);
    Jid seat = Outgoing.seat(room, nick);
    if (!rooms.join(room.asBareJid().toString(), nick)) {
      throw PlatformFailure.lasting("cannot join more than " + settings.maxRooms() + " rooms");
    }
    send(Outgoing.join(seat, shownOrOnline(), null));
  }

  private void leave(Activity request) throws PlatformFailure, InterruptedException {
    Jid room = Outgoing.target(request);
    String name = room.asBareJid().toString();
    String joinedAs = rooms.nick(name);
    Jid seat = Outgoing.seat(room, joinedAs == null ? nick(request, room) : joinedAs);
    rooms.leave(name);
    send(Outgoing.presence(seat, Presence.Type.unavailable));
  }

  private static String nick(Activity request, Jid room) {
    String name = request.text("actor", "name");
    return name == null ? room.asBareJid().toString() : name;
  }

  /** To whom it may concern, and to each room: a server does not tell those. */
  private void update(Shown next) throws PlatformFailure, InterruptedException {
    send(Outgoing.presence(null, next));
    shown = next;
    if (!next.isOffline()) {
      for (Rooms.Stay stay : rooms.stays()) {
        send(Outgoing.presence(seat(stay), next));
      }
    }
  }

  private static Jid seat(Rooms.Stay stay) throws PlatformFailure {
    return Outgoing.seat(JidCreate.fromOrThrowUnchecked(stay.room()), stay.nick());
  }

  private void befriend(Activity request, Presence.Type... types)
      throws PlatformFailure, InterruptedException {
    Jid friend = Outgoing.target(request).asBareJid();
    for (Presence.Type type : types) {
      send(Outgoing.presence(friend, type));
    }
  }

  private void disconnect() {
    Line current = line;
    line = null;
    if (current != null) {
      Link was = current.off();
      events.wake();
      if (was != null) {
        was.disconnect();
      }
    }
  }

  private void send(Stanza stanza) throws PlatformFailure, InterruptedException {
    Line current = line;
    if (current == null) {
      throw PlatformFailure.lasting("not connected");
    }
    try {
      current.link(settings.replyTimeout()).sendStanza(stanza);
    } catch (NotConnectedException lost) {
      throw PlatformFailure.passing("not connected");
    }
  }

  private Shown shownOrOnline() {
    Shown last = shown;
    return last == null ? Shown.ONLINE : last;
  }

  // What comes of the line.

  @Override
  public void heard(Link link, Stanza stanza) throws InterruptedException {
    List<Activity> told;
    try {
      told = incoming.of(stanza);
    } catch (RuntimeException e) {
      host.log().warn("a stanza of XMPP is not understood", e);
      return;
    }
    for (Activity event : told) {
      events.add(event, link::hasEnded);
    }
  }

  @Override
  public boolean isBehind() {
    return events.isFull();
  }

  @Override
  public void remaking(LinkFailure failure) throws InterruptedException {
    host.log().info("XMPP is lost: {}", failure.wholeText());
    events.add(LinkEvents.remaking(host.actor(), failure));
  }

  /** Shows the actor as before, and goes back into its rooms. */
  @Override
  public void remade(Link link, Duration away) throws InterruptedException {
    host.log().info("XMPP is back after {} ms", away.toMillis());
    rooms.forgetPresent();
    try {
      for (Stanza stanza : asBefore(away)) {
        link.sendStanza(stanza);
      }
    } catch (NotConnectedException again) {
      // As is told of the link itself.
    } catch (PlatformFailure e) {
      throw new IllegalStateException("what was sent before cannot be sent", e);
    }
  }

  private List<Stanza> asBefore(Duration away) throws PlatformFailure {
    List<Stanza> stanzas = new ArrayList<>();
    Shown last = shown;
    if (last != null && !last.isOffline()) {
      stanzas.add(Outgoing.presence(null, last));
    }
    for (Rooms.Stay stay : rooms.stays()) {
      stanzas.add(Outgoing.join(seat(stay), shownOrOnline(), away));
    }
    return stanzas;
  }

  @Override
  public void failed(LinkFailure failure) throws InterruptedException {
    host.log().info("XMPP has ended: {}", failure.wholeText());
    events.add(LinkEvents.failed(host.actor(), failure));
    events.add(LinkEvents.ended(failure));
  }

  @Override
  public void close() {
    closed = true;
    events.close();
    Line current = line;
    if (current != null) {
      current.close();
    }
  }
}
