package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.viesti.platform.Activity;

/**
 * The list of contacts (RFC 6121 §2), where a server tells of it unasked. Requests of others come
 * as presence.
 */
final class Roster {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** A friend of whom the actor may not know yet whether it is there. */
  private static final String UNANSWERED = "notauthorized";

  private Roster() {}

  /** Who has become a friend, or is asked to. Nobody but the own account may tell. */
  static List<Activity> news(ElementIq roster) {
    boolean own =
        roster.getFrom() == null
            || (roster.getTo() != null && roster.getFrom().equals(roster.getTo().asBareJid()));
    List<Activity> news = new ArrayList<>();
    for (StandardExtensionElement item : Elements.of(roster.child(), "item")) {
      String subscription = String.valueOf(item.getAttributeValue("subscription"));
      boolean asked = item.getAttributeValue("ask") != null;
      if (own && item.getAttributeValue("jid") != null) {
        if (subscription.equals("both")) {
          news.add(update(item, JSON.objectNode().put("type", "presence")));
        } else if (subscription.equals("from") && asked) {
          news.add(
              update(item, JSON.objectNode().put("type", "presence").put("presence", UNANSWERED)));
        }
      }
    }
    return news;
  }

  private static Activity update(StandardExtensionElement item, ObjectNode presence) {
    ObjectNode actor =
        JSON.objectNode().put("type", "person").put("id", item.getAttributeValue("jid"));
    String name = item.getAttributeValue("name");
    if (name != null) {
      actor.put("name", name);
    }
    return Activity.of(XmppPlatform.ID, "update").with("actor", actor).with("object", presence);
  }
}
