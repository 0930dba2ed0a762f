package org.viesti.platform.feed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Entities;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;
import org.jsoup.select.NodeFilter.FilterResult;
import org.jspecify.annotations.Nullable;

/**
 * Makes what one feed says safe to show: of HTML is left what jsoup's {@link Safelist#relaxed}
 * allows, which is text, structure, tables, links and images of http and https; no script, style or
 * form.
 */
final class FeedCleaner {
  private static final Pattern TAG = Pattern.compile("<[a-zA-Z/!?]");

  /** What is deeper is left out: nobody nests so deep, and jsoup takes the square of it in time. */
  private static final int MOST_DEPTH = 100;

  private final int maxTags;
  private int tags;

  /**
   * @param maxTags of HTML, in all texts together
   */
  FeedCleaner(int maxTags) {
    this.maxTags = maxTags;
  }

  /**
   * Throws {@link IllegalArgumentException}: there are too many tags.
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
    if (isText) {
      return new FeedText(Entities.escape(given).strip(), true);
    }
    Document safe = new Cleaner(Safelist.relaxed()).clean(parsed(given, base));
    safe.outputSettings().prettyPrint(false);
    return new FeedText(safe.body().html().strip(), true);
  }

  /** Without tags; null: there is nothing in it. Throws as {@link #text}. */
  @Nullable String line(@Nullable String given) {
    String line = given == null ? "" : hasTags(given) ? parsed(given, "").text() : given;
    return line.isBlank() ? null : line.strip();
  }

  private static boolean hasTags(String given) {
    Matcher tag = TAG.matcher(given);
    return tag.find() && given.indexOf('>', tag.start()) >= 0;
  }

  private Document parsed(String html, String base) {
    tags += (int) html.chars().filter(at -> at == '<').count();
    if (tags > maxTags) {
      throw new IllegalArgumentException("more than " + maxTags + " tags");
    }
    Document parsed = Jsoup.parseBodyFragment(html, base);
    parsed
        .body()
        .filter((node, depth) -> depth > MOST_DEPTH ? FilterResult.REMOVE : FilterResult.CONTINUE);
    return parsed;
  }
}
