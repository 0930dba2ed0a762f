package org.viesti.platform.feed;

import java.util.List;
import org.jdom2.Element;
import org.jspecify.annotations.Nullable;

/** What podcasts add to RSS: its elements of their own namespace. */
final class Itunes {
  private static final String NAMESPACE = "http://www.itunes.com/dtds/podcast-1.0.dtd";

  private Itunes() {}

  /**
   * Null: it has none of that name.
   *
   * @param markup of a channel or an item, that is not RSS
   */
  static @Nullable String text(List<Element> markup, String name) {
    Element element = find(markup, name);
    return element == null ? null : element.getTextTrim();
  }

  /** The link of a channel's image; null: it has none. */
  static @Nullable String image(List<Element> markup) {
    Element element = find(markup, "image");
    return element == null ? null : element.getAttributeValue("href");
  }

  private static @Nullable Element find(List<Element> markup, String name) {
    for (Element element : markup) {
      if (element.getName().equals(name) && element.getNamespaceURI().equalsIgnoreCase(NAMESPACE)) {
        return element;
      }
    }
    return null;
  }
}
