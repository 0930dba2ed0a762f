package org.viesti.platform.feed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Entities;
import org.jsoup.safety.Safelist;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a feed says safe to show: of HTML is left what jsoup's {@link Safelist#relaxed}
 * allows, which is text, structure, tables, links and images of http and https; no script, style or
 * form.
 *
 * @param maxElements of HTML, in one text
 */
record FeedCleaner(int maxElements) {
  private static final Pattern TAG = Pattern.compile("<[a-zA-Z/!?]");
  private static final Document.OutputSettings AS_IT_IS =
      new Document.OutputSettings().prettyPrint(false);

  /**
   * Throws {@link IllegalArgumentException}: it has too many elements.
   *
   * @param isText it says that what looks like a tag is none
   * @param base of links that are relative
   */
  FeedText text(@Nullable String given, boolean isText, String base) {
    if (given == null || given.isBlank()) {
      return FeedText.NONE;
    }
    if (!hasTags(given)) {
      return new FeedText(given.strip(), false);
    }
    String safe =
        isText ? Entities.escape(given) : Jsoup.clean(given, base, Safelist.relaxed(), AS_IT_IS);
    return new FeedText(safe.strip(), true);
  }

  /** Without tags; null: there is nothing in it. Throws as {@link #text}. */
  @Nullable String line(@Nullable String given) {
    String line = given == null ? "" : hasTags(given) ? Jsoup.parse(given).text() : given;
    return line.isBlank() ? null : line.strip();
  }

  private boolean hasTags(String given) {
    if (given.chars().filter(at -> at == '<').count() > maxElements) {
      throw new IllegalArgumentException("more than " + maxElements + " elements");
    }
    Matcher tag = TAG.matcher(given);
    return tag.find() && given.indexOf('>', tag.start()) >= 0;
  }
}
