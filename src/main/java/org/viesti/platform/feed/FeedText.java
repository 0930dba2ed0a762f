package org.viesti.platform.feed;

/**
 * What a feed says, safe to show.
 *
 * @param html whether it is HTML; else it has no tags
 */
record FeedText(String value, boolean html) {
  static final FeedText NONE = new FeedText("", false);
}
