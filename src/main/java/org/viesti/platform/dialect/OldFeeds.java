package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.viesti.platform.Activity;

/**
 * How the oldest dialect asks for a feed, and is told its posts: the feed is the target, not the
 * actor, and a post has other keys.
 */
final class OldFeeds {
  private OldFeeds() {}

  /** The inner form of a request; whoever asked is its target. */
  static Activity asked(Activity request) {
    if (!isFetch(request)) {
      return request;
    }
    Activity asked = swapped(request);
    ObjectNode object = request.object();
    return object == null ? asked : asked.with("object", parameters(object));
  }

  /** The request again as it was asked, but for its object. */
  static Activity shown(Activity request) {
    return isFetch(request) ? swapped(request) : request;
  }

  private static boolean isFetch(Activity request) {
    return request.platform().equals("feeds") && request.type().equals("fetch");
  }

  private static Activity swapped(Activity request) {
    ObjectNode actor = request.actor();
    ObjectNode target = request.target();
    return actor == null || target == null
        ? request
        : request.with("actor", target).with("target", actor);
  }

  private static ObjectNode parameters(ObjectNode given) {
    ObjectNode parameters = Wire.object();
    JsonNode limit = given.path("limit");
    if (limit.isIntegralNumber() && limit.longValue() >= 1) {
      parameters.set("limit", limit);
    }
    JsonNode after = given.path("after");
    if (after.isIntegralNumber()) {
      parameters.put("since", Instant.ofEpochMilli(after.longValue()).toString());
    } else if (after.isTextual()) {
      parameters.set("since", after);
    }
    return parameters;
  }

  /** The object that tells posts. */
  static ObjectNode result(Activity collection) {
    ObjectNode result = Wire.object().put("type", "result");
    ArrayNode posts = result.putArray("content");
    for (JsonNode item : collection.json().path("items")) {
      if (item instanceof ObjectNode post) {
        posts.add(post(OldKeys.outer(post)));
      }
    }
    return result;
  }

  private static ObjectNode post(ObjectNode post) {
    JsonNode object = post.path("object");
    ObjectNode entry = Wire.object().put("@type", "feedEntry");
    copy(object, "@id", entry, "@id");
    copy(object, "title", entry, "displayName");
    copy(object, "title", entry, "title");
    copy(object, "published", entry, "date");
    copy(object, "datenum", entry, "datenum");
    String kind = object.path("contentType").asText();
    copy(object, "content", entry, kind.equals("html") ? "html" : "text");
    copy(object, "brief", entry, "brief_text");
    copy(object, "url", entry, "url");
    return post.put("status", true).set("object", entry);
  }

  private static void copy(JsonNode from, String key, ObjectNode to, String as) {
    if (from.has(key)) {
      to.set(as, from.get(key));
    }
  }
}
