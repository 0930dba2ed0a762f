package org.viesti.platform.metadata;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/** What a page says of itself: by OpenGraph (ogp.me), else by HTML. */
record PageFacts(Document page) {
  private static final Pattern ENDING = Pattern.compile("\\.([A-Za-z0-9]{1,5})(?:[?#].*)?$");
  private static final int MOST_DIGITS = 9;

  /** The request, with the page as its object and the site as its actor. */
  Activity answer(Activity request) {
    String url = link(page.selectFirst("meta[property=og:url]"));
    String site = og("site_name");
    String given = request.text("actor", "name");

    ObjectNode actor = JsonNodeFactory.instance.objectNode();
    ObjectNode asked = request.actor();
    if (asked != null) {
      actor.setAll(asked);
    }
    actor.put("id", url == null ? request.actorId() : url).put("type", "website");
    actor.put("name", site != null ? site : given != null ? given : "");

    ObjectNode object = JsonNodeFactory.instance.objectNode().put("type", "page");
    String locale = og("locale");
    put(object, "language", locale != null ? locale : attribute("html[lang]", "lang"));
    String title = og("title");
    put(object, "title", title != null ? title : orNull(page.title()));
    put(object, "name", site);
    object.put("description", description());
    ArrayNode images = images();
    if (!images.isEmpty()) {
      object.set("image", images);
    }
    put(object, "url", url);
    String icon = attribute("link[rel~=(?i)(^|\\s)icon(\\s|$)][href]", "href");
    object.put("favicon", icon == null ? "/favicon.ico" : icon);
    object.put("charset", page.charset().name());
    return request.with("actor", actor).with("object", object);
  }

  private String description() {
    String og = og("description");
    String plain = og != null ? og : attribute("meta[name~=(?i)^description$]", "content");
    return plain == null ? "" : plain;
  }

  /** Each og:image, with what follows of it. */
  private ArrayNode images() {
    ArrayNode images = JsonNodeFactory.instance.arrayNode();
    ObjectNode image = null;
    for (Element meta : page.select("meta[property^=og:image]")) {
      String value = meta.attr("content").strip();
      switch (meta.attr("property").toLowerCase(Locale.ROOT)) {
        case "og:image", "og:image:url" -> {
          String url = link(meta);
          // og:image:url says the same as og:image before it
          if (url == null) {
            image = null;
          } else if (image == null || !image.path("url").textValue().equals(url)) {
            image = images.addObject().put("url", url);
            put(image, "type", ending(url));
          }
        }
        case "og:image:type" -> put(image, "type", orNull(value));
        case "og:image:alt" -> put(image, "alt", orNull(value));
        case "og:image:width" -> pixels(image, "width", value);
        case "og:image:height" -> pixels(image, "height", value);
        default -> {}
      }
    }
    return images;
  }

  private static void pixels(@Nullable ObjectNode image, String key, String value) {
    if (image != null && value.length() <= MOST_DIGITS && value.matches("[0-9]+")) {
      image.put(key, Integer.parseInt(value));
    }
  }

  private static @Nullable String ending(String url) {
    Matcher ending = ENDING.matcher(url);
    return ending.find() ? ending.group(1) : null;
  }

  /** Null: it does not say. */
  private @Nullable String og(String property) {
    return attribute("meta[property=og:" + property + "]", "content");
  }

  private @Nullable String attribute(String selector, String name) {
    Element element = page.selectFirst(selector);
    return element == null ? null : orNull(element.attr(name));
  }

  /** With its white space collapsed; null: there is nothing else. */
  private static @Nullable String orNull(String text) {
    String collapsed = text.replaceAll("[\\s\u00a0]+", " ").strip();
    return collapsed.isEmpty() ? null : collapsed;
  }

  /** Of its content: whole, of http or https; null: it is none. */
  private static @Nullable String link(@Nullable Element meta) {
    String whole = meta == null ? "" : meta.absUrl("content");
    return whole.matches("(?is)https?://.*") ? whole : null;
  }

  private static void put(@Nullable ObjectNode json, String key, @Nullable String value) {
    if (json != null && value != null) {
      json.put(key, value);
    }
  }
}
