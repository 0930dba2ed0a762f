package org.viesti.platform.feed;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rometools.rome.feed.synd.SyndCategory;
import com.rometools.rome.feed.synd.SyndFeed;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.PlatformFailure;

/**
 * Tells of a feed as a collection of its posts.
 *
 * @param url that answered: what relative links are relative to
 * @param maxBytes of text, in all
 */
record FeedCollection(Activity request, String url, FeedCleaner cleaner, long maxBytes) {

  /**
   * @param since only posts that are dated so or later; null: all
   * @param limit only so many, after that
   */
  Activity of(SyndFeed feed, @Nullable Instant since, long limit) throws PlatformFailure {
    ObjectNode channel = channel(feed);
    List<FeedEntry> entries =
        feed.getEntries().stream()
            .map(FeedEntry::of)
            .filter(entry -> since == null || entry.isSince(since))
            .sorted(FeedEntry.ORDER)
            .limit(limit)
            .toList();
    String id = request.json().path("id").textValue();
    ObjectNode collection = JsonNodeFactory.instance.objectNode();
    collection.put("id", id).put("type", "collection");
    collection.put(
        "summary", entries.isEmpty() ? "Unknown Feed" : channel.path("name").textValue());
    collection.put("totalItems", entries.size());
    ArrayNode items = collection.putArray("items");
    long channelBytes = channel.toString().length();
    long bytes = 0;
    for (FeedEntry entry : entries) {
      ObjectNode post = post(entry, items.size() + 1);
      bytes += channelBytes + post.toString().length();
      if (bytes > maxBytes) {
        throw PlatformFailure.lasting(
            "Error: the items come to more than %d bytes, ask for fewer by object.limit: %s"
                .formatted(maxBytes, url));
      }
      ObjectNode item = items.addObject().put("type", "post");
      if (id != null) {
        item.put("id", id);
      }
      item.set("actor", channel);
      item.set("object", post);
    }
    return new Activity(request.platform(), collection);
  }

  private ObjectNode post(FeedEntry entry, int number) throws PlatformFailure {
    try {
      return entry.json(cleaner, url);
    } catch (IllegalArgumentException e) {
      throw PlatformFailure.lasting(
          "Error: Failed to parse feed entry %d from %s: %s"
              .formatted(number, url, e.getMessage()));
    }
  }

  private ObjectNode channel(SyndFeed feed) throws PlatformFailure {
    try {
      return described(feed);
    } catch (IllegalArgumentException e) {
      throw PlatformFailure.lasting(
          "Error: Failed to parse feed from %s: %s".formatted(url, e.getMessage()));
    }
  }

  private ObjectNode described(SyndFeed feed) {
    ObjectNode channel = JsonNodeFactory.instance.objectNode();
    channel.put("id", request.actorId()).put("type", "feed");
    String link = FeedLink.of(feed.getLink(), null, url);
    String title = cleaner.line(feed.getTitle());
    channel.put("name", title != null ? title : link != null ? link : request.actorId());
    put(channel, "link", link);
    put(channel, "description", cleaner.line(feed.getDescription()));
    put(channel, "image", image(feed));
    put(channel, "author", cleaner.line(author(feed)));
    ArrayNode categories = channel.putArray("categories");
    feed.getCategories().stream()
        .map(SyndCategory::getName)
        .map(cleaner::line)
        .filter(Objects::nonNull)
        .forEach(categories::add);
    put(channel, "language", cleaner.line(feed.getLanguage()));
    return channel;
  }

  private @Nullable String image(SyndFeed feed) {
    return Stream.of(feed.getImage(), feed.getIcon())
        .filter(Objects::nonNull)
        .map(image -> FeedLink.of(image.getUrl(), null, url))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseGet(() -> FeedLink.of(Itunes.image(feed.getForeignMarkup()), null, url));
  }

  private static @Nullable String author(SyndFeed feed) {
    if (!feed.getAuthors().isEmpty()) {
      return feed.getAuthors().getFirst().getName();
    }
    String author = feed.getAuthor();
    return author == null || author.isBlank()
        ? Itunes.text(feed.getForeignMarkup(), "author")
        : author;
  }

  private static void put(ObjectNode json, String key, @Nullable String value) {
    if (value != null) {
      json.put(key, value);
    }
  }
}
