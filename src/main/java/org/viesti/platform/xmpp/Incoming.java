package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.Jid;
import org.viesti.platform.Activity;

/** What the network says, as activities; and what is learned of rooms from it. */
final class Incoming {
  static final String ATTENDANCE = "attendance_";
  static final String ROOM_INFO = "room_info_";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** Status codes of rooms: this is you; you have another name now. */
  private static final String SELF = "110";

  private static final String RENAMED = "303";

  private final Rooms rooms;

  Incoming(Rooms rooms) {
    this.rooms = rooms;
  }

  /** None, for most of what is no message and no presence. */
  List<Activity> of(Stanza stanza) {
    if (stanza.getFrom() == null && !(stanza instanceof IQ)) {
      // From the own account: of no use to a client.
      return List.of();
    }
    return switch (stanza) {
      case Message message -> message(message);
      case Presence presence -> presence(presence);
      case IQ iq -> answer(iq);
      default -> List.of();
    };
  }

  // Messages.

  private static List<Activity> message(Message message) {
    StanzaError error = message.getError();
    if (message.getType() == Message.Type.error || error != null) {
      return error == null ? List.of() : List.of(error("message", message, error));
    }
    String body = body(message);
    if (body == null) {
      return List.of();
    }
    boolean toAll = message.getType() == Message.Type.groupchat;
    Jid from = message.getFrom();
    ObjectNode actor = party("person", from);
    if (toAll && from.getResourceOrNull() != null) {
      actor.put("name", from.getResourceOrNull().toString());
    }
    Activity said = Activity.of(XmppPlatform.ID, "send").with("actor", actor);
    Activity send =
        (toAll ? said.with("target", party("room", from.asBareJid())) : to(message, said))
            .with("object", content(message, body));
    String published = published(message);
    return List.of(published == null ? send : send.with("published", published));
  }

  private static @Nullable String body(Message message) {
    if (message.getBody() != null) {
      return message.getBody();
    }
    // In none but another language than the message itself.
    return message.getExtensions(Message.Body.class).stream()
        .map(Message.Body::getMessage)
        .findFirst()
        .orElse(null);
  }

  private static ObjectNode content(Message message, String body) {
    ObjectNode object = JSON.objectNode().put("type", "message");
    if (message.getStanzaId() != null) {
      object.put("id", message.getStanzaId());
    }
    object.put("content", body);
    String stanzaId = stanzaId(message);
    if (stanzaId != null) {
      object.put("xmpp:stanza-id", stanzaId);
    }
    StandardExtensionElement replaced = extension(message, "replace", Namespaces.CORRECTION);
    if (replaced != null && replaced.getAttributeValue("id") != null) {
      object.putObject("xmpp:replace").put("id", replaced.getAttributeValue("id"));
    }
    return object;
  }

  /** Only of who may give one (XEP-0359 §3): the room, or the own account. */
  private static @Nullable String stanzaId(Message message) {
    Jid giver =
        message.getType() == Message.Type.groupchat
            ? message.getFrom().asBareJid()
            : message.getTo() == null ? null : message.getTo().asBareJid();
    for (ExtensionElement given : message.getExtensions("stanza-id", Namespaces.STANZA_ID)) {
      if (given instanceof StandardExtensionElement id
          && giver != null
          && giver.toString().equals(id.getAttributeValue("by"))) {
        return id.getAttributeValue("id");
      }
    }
    return null;
  }

  private static @Nullable String published(Message message) {
    StandardExtensionElement delay = extension(message, "delay", Namespaces.DELAY);
    String stamp = delay == null ? null : delay.getAttributeValue("stamp");
    if (stamp == null) {
      return null;
    }
    try {
      return TIME.format(OffsetDateTime.parse(stamp));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  // Presence.

  private List<Activity> presence(Presence presence) {
    StanzaError error = presence.getError();
    String room = presence.getFrom().asBareJid().toString();
    if (presence.getType() == Presence.Type.error || error != null) {
      rooms.refused(room, resource(presence.getFrom()));
      return error == null ? List.of() : List.of(error("update", presence, error));
    }
    return switch (presence.getType()) {
      case available, unavailable -> {
        boolean known = rooms.knows(room);
        remember(presence, room);
        yield List.of(shown(presence, known));
      }
      case subscribe ->
          List.of(
              to(
                  presence,
                  Activity.of(XmppPlatform.ID, "request-friend")
                      .with("actor", party("person", presence.getFrom()))));
      // What it means for who is seen follows as presence.
      case subscribed, unsubscribe, unsubscribed, probe, error -> List.of();
    };
  }

  private void remember(Presence presence, String room) {
    String nick = resource(presence.getFrom());
    Set<String> codes = codes(presence);
    if (presence.getType() == Presence.Type.available) {
      rooms.seen(room, nick, codes.contains(SELF));
      return;
    }
    boolean self = codes.contains(SELF) || nick.equals(rooms.nick(room));
    rooms.gone(room, nick, self && !codes.contains(RENAMED));
  }

  private static Set<String> codes(Presence presence) {
    StandardExtensionElement user = extension(presence, "x", Namespaces.ROOM_USER);
    return user == null
        ? Set.of()
        : Elements.of(user, "status").stream()
            .map(status -> String.valueOf(status.getAttributeValue("code")))
            .collect(Collectors.toSet());
  }

  private static Activity shown(Presence presence, boolean ofRoom) {
    ObjectNode actor = party(ofRoom ? "room" : "person", presence.getFrom());
    if (presence.getTo() == null && !resource(presence.getFrom()).isEmpty()) {
      actor.put("name", resource(presence.getFrom()));
    }
    ObjectNode object = JSON.objectNode().put("type", "presence").put("presence", show(presence));
    if (presence.getStatus() != null) {
      object.put("content", presence.getStatus());
    }
    return to(
        presence,
        Activity.of(XmppPlatform.ID, "update").with("actor", actor).with("object", object));
  }

  private static String show(Presence presence) {
    if (presence.getType() == Presence.Type.unavailable) {
      return "offline";
    }
    return presence.getMode() == Presence.Mode.available ? "online" : presence.getMode().toString();
  }

  // Answers to queries, and the roster.

  private List<Activity> answer(IQ iq) {
    String id = String.valueOf(iq.getStanzaId());
    if (iq instanceof ElementIq query && query.child().getNamespace().equals(Namespaces.ROSTER)) {
      return Roster.news(query);
    }
    boolean attendance = id.startsWith(ATTENDANCE);
    if (iq.isRequestIQ() || iq.getFrom() == null || !(attendance || id.startsWith(ROOM_INFO))) {
      return List.of();
    }
    if (iq.getError() != null) {
      return List.of(
          answer(iq, party("room", iq.getFrom()), attendance ? "attendance" : "room-info")
              .with("error", XmlText.of(iq.getError())));
    }
    if (!(iq instanceof ElementIq result)) {
      return List.of();
    }
    return List.of(attendance ? attendance(result) : roomInfo(result));
  }

  private Activity attendance(ElementIq result) {
    ObjectNode object = JSON.objectNode().put("type", "attendance");
    ArrayNode members = object.putArray("members");
    for (StandardExtensionElement item : Elements.of(result.child(), "item")) {
      String name = item.getAttributeValue("name");
      String jid = String.valueOf(item.getAttributeValue("jid"));
      members.add(name != null ? name : jid.substring(jid.indexOf('/') + 1));
    }
    if (members.isEmpty()) {
      // Many rooms tell moderators only: but they told who came.
      rooms.present(result.getFrom().asBareJid().toString()).forEach(members::add);
    }
    return answer(result, party("room", result.getFrom()), "attendance").with("object", object);
  }

  private static Activity roomInfo(ElementIq result) {
    String name = RoomInfo.name(result.child());
    ObjectNode room = party("room", result.getFrom());
    room.put("name", name == null ? result.getFrom().toString() : name);
    return answer(result, room, "room-info").with("object", RoomInfo.of(result.child()));
  }

  private static Activity answer(IQ iq, ObjectNode actor, String type) {
    return to(iq, Activity.of(XmppPlatform.ID, "query").with("actor", actor))
        .with("object", JSON.objectNode().put("type", type));
  }

  // Parts.

  private static Activity error(String type, Stanza stanza, StanzaError error) {
    ObjectNode actor = party("room", stanza.getFrom());
    boolean unreached = error.getCondition() == StanzaError.Condition.remote_server_not_found;
    Activity told =
        Activity.of(XmppPlatform.ID, unreached ? "join" : type)
            .with("actor", actor)
            .with(
                "error",
                unreached ? "remote server not found " + stanza.getFrom() : XmlText.of(error));
    return to(stanza, told);
  }

  private static Activity to(Stanza stanza, Activity activity) {
    return stanza.getTo() == null
        ? activity
        : activity.with("target", party("person", stanza.getTo()));
  }

  private static @Nullable StandardExtensionElement extension(
      Stanza stanza, String name, String namespace) {
    return stanza.getExtensionElement(name, namespace) instanceof StandardExtensionElement found
        ? found
        : null;
  }

  private static String resource(Jid jid) {
    return jid.getResourceOrNull() == null ? "" : jid.getResourceOrNull().toString();
  }

  private static ObjectNode party(String type, Jid id) {
    return JSON.objectNode().put("type", type).put("id", id.toString());
  }
}
