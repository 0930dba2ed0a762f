package org.viesti.platform.feed;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rometools.rome.feed.synd.SyndContent;
import com.rometools.rome.feed.synd.SyndEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * One post of a feed.
 *
 * @param date null: it says none
 * @param order {@code itunes:order}; what says none comes after what does
 */
record FeedEntry(SyndEntry entry, @Nullable Instant date, int order) {
  /** By order where there is one, then those without a date, then the newest first. */
  static final Comparator<FeedEntry> ORDER =
      Comparator.comparingInt(FeedEntry::order).thenComparingLong(FeedEntry::age);

  /** Longer ones are articles. */
  private static final int LONGEST_NOTE = 256;

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  static FeedEntry of(SyndEntry entry) {
    Date date =
        entry.getPublishedDate() == null ? entry.getUpdatedDate() : entry.getPublishedDate();
    return new FeedEntry(
        entry,
        date == null ? null : date.toInstant(),
        number(Itunes.text(entry.getForeignMarkup(), "order")));
  }

  private static int number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
  }

  private long age() {
    return date == null ? Long.MIN_VALUE : -date.toEpochMilli();
  }

  boolean isSince(Instant since) {
    return date != null && !date.isBefore(since);
  }

  /**
   * Throws {@link IllegalArgumentException} of the cleaner.
   *
   * @param feed its URL, which stands for a link there is not
   */
  ObjectNode json(FeedCleaner cleaner, String feed) {
    String guid = entry.getUri();
    String link = FeedLink.of(entry.getLink(), guid, feed);
    String url = link == null ? feed : link;
    long millis = date == null ? 0 : date.toEpochMilli();
    FeedText description = text(cleaner, entry.getDescription(), url);
    FeedText content =
        entry.getContents().isEmpty()
            ? description
            : text(cleaner, entry.getContents().getFirst(), url);
    String podcasts = Itunes.text(entry.getForeignMarkup(), "summary");
    FeedText summary = podcasts == null ? description : cleaner.text(podcasts, false, url);

    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("type", content.value().length() > LONGEST_NOTE ? "article" : "note");
    put(json, "title", cleaner.line(entry.getTitle()));
    json.put("id", link != null ? link : guid != null ? guid : url + "#" + millis);
    if (!summary.equals(FeedText.NONE) && !summary.equals(content)) {
      json.put("brief", summary.value());
    }
    json.put("content", content.value()).put("contentType", content.html() ? "html" : "text");
    json.put("url", url);
    put(json, "published", date == null ? null : MILLIS.format(date));
    return json.put("datenum", millis);
  }

  private static FeedText text(FeedCleaner cleaner, @Nullable SyndContent content, String base) {
    return content == null
        ? FeedText.NONE
        : cleaner.text(content.getValue(), "text".equals(content.getType()), base);
  }

  private static void put(ObjectNode json, String key, @Nullable String value) {
    if (value != null) {
      json.put(key, value);
    }
  }
}
