package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.UUID;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.MessageBuilder;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.PresenceBuilder;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.viesti.platform.Activity;
import org.viesti.platform.PlatformFailure;

/** What an actor asks for, as stanzas. Refuses what no stanza can say. */
final class Outgoing {

  /** How the actor shows itself. */
  record Shown(String presence, @Nullable String status) {
    static final Shown ONLINE = new Shown("online", null);

    boolean isOffline() {
      return presence.equals("offline");
    }
  }

  private Outgoing() {}

  /** Whom a request is about. */
  static Jid target(Activity request) throws PlatformFailure {
    String id = request.text("target", "id");
    if (id == null) {
      throw PlatformFailure.lasting(request.type() + " needs a target with an id");
    }
    try {
      return JidCreate.from(XmlText.writable(id));
    } catch (XmppStringprepException e) {
      throw PlatformFailure.lasting("target.id is no JID: " + id);
    }
  }

  static Message message(Activity request) throws PlatformFailure {
    Jid to = target(request);
    String content = request.text("object", "content");
    if (content == null) {
      throw PlatformFailure.lasting("cannot send message with no object.content");
    }
    String id = request.text("object", "id");
    boolean toAll = "room".equals(request.text("target", "type"));
    MessageBuilder message =
        StanzaBuilder.buildMessage(id == null ? newId() : XmlText.writable(id))
            .to(to)
            .ofType(toAll ? Message.Type.groupchat : Message.Type.chat)
            .setBody(XmlText.writable(content));
    JsonNode replaced = request.json().path("object").path("xmpp:replace").path("id");
    if (replaced.isTextual()) {
      message.addExtension(
          element("replace", Namespaces.CORRECTION, "id", XmlText.writable(replaced.asText())));
    }
    return message.build();
  }

  /** What an {@code update} shows of the actor. */
  static Shown shown(Activity request) throws PlatformFailure {
    ObjectNode object = request.object();
    String type = object == null ? "undefined" : object.path("type").asText("undefined");
    if (!type.equals("presence")) {
      throw PlatformFailure.lasting("unknown update object type: " + type);
    }
    String presence = request.text("object", "presence");
    String status = request.text("object", "content");
    return new Shown(
        presence == null ? "online" : presence, status == null ? null : XmlText.writable(status));
  }

  /**
   * @param to null: everybody who may see it
   */
  static Presence presence(@Nullable Jid to, Shown shown) throws PlatformFailure {
    return presenceOf(to, shown).build();
  }

  private static PresenceBuilder presenceOf(@Nullable Jid to, Shown shown) throws PlatformFailure {
    PresenceBuilder presence = StanzaBuilder.buildPresence(newId());
    if (to != null) {
      presence.to(to);
    }
    if (shown.status() != null) {
      presence.setStatus(shown.status());
    }
    return switch (shown.presence()) {
      case "online" -> presence;
      case "offline" -> presence.ofType(Presence.Type.unavailable);
      case "away", "chat", "dnd", "xa" ->
          presence.setMode(Presence.Mode.fromString(shown.presence()));
      default ->
          throw PlatformFailure.lasting(
              "object.presence must be away, chat, dnd, xa, offline or online");
    };
  }

  /** A presence that says no more than its type. */
  static Presence presence(Jid to, Presence.Type type) {
    return StanzaBuilder.buildPresence(newId()).to(to).ofType(type).build();
  }

  /**
   * Enters a room.
   *
   * @param missed how much of what was said before is wanted; null: as much as the room gives
   */
  static Presence join(Jid seat, Shown shown, @Nullable Duration missed) throws PlatformFailure {
    StandardExtensionElement.Builder join = StandardExtensionElement.builder("x", Namespaces.ROOMS);
    if (missed != null) {
      long seconds = missed.toSeconds() + 1;
      join.addElement(element("history", Namespaces.ROOMS, "seconds", String.valueOf(seconds)));
    }
    return presenceOf(seat, shown.isOffline() ? Shown.ONLINE : shown)
        .addExtension(join.build())
        .build();
  }

  /** The place of that name in a room. */
  static Jid seat(Jid room, String nick) throws PlatformFailure {
    try {
      return JidCreate.from(room.asBareJid() + "/" + XmlText.writable(nick));
    } catch (XmppStringprepException e) {
      throw PlatformFailure.lasting("there is no such room or name in one: " + room + "/" + nick);
    }
  }

  /** Asks a room who is in it, or what it is. */
  static Stanza query(Activity request) throws PlatformFailure {
    String asked = request.text("object", "type");
    boolean info = "room-info".equals(asked);
    if (!info && asked != null && !asked.equals("attendance")) {
      throw PlatformFailure.lasting("unknown query object type: " + asked);
    }
    IQ query =
        info
            ? ElementIq.get("query", Namespaces.ROOM_INFO, Incoming.ROOM_INFO + newId())
            : ElementIq.get("query", Namespaces.ATTENDANCE, Incoming.ATTENDANCE + newId());
    query.setTo(target(request));
    return query;
  }

  private static StandardExtensionElement element(
      String name, String namespace, String key, String value) {
    return StandardExtensionElement.builder(name, namespace).addAttribute(key, value).build();
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }
}
