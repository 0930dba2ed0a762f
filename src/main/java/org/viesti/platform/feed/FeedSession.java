package org.viesti.platform.feed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rometools.rome.feed.synd.SyndFeed;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.WebFailure;
import org.viesti.platform.WebFetch;
import org.viesti.platform.WebPage;

/** Does everybody's fetches of feeds. */
final class FeedSession implements Platform.Session {
  private static final String ACCEPT =
      "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.8";

  private final FeedSettings settings;
  private final Logger log;
  private final WebFetch web;

  FeedSession(FeedSettings settings, Logger log) {
    this.settings = settings;
    this.log = log;
    web = new WebFetch(settings.web());
  }

  @Override
  public Activity run(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    Instant since = since(request);
    long limit = request.json().path("object").path("limit").asLong(Long.MAX_VALUE);
    WebPage page = fetch(request.actorId());
    int maxTags = settings.web().maxTags();
    SyndFeed feed = new FeedReader(maxTags).read(page);
    return new FeedCollection(
            request, page.url(), new FeedCleaner(maxTags), settings.maxResultBytes())
        .of(feed, since, limit);
  }

  private static @Nullable Instant since(Activity request) throws PlatformFailure {
    String since = request.text("object", "since");
    try {
      return since == null ? null : OffsetDateTime.parse(since).toInstant();
    } catch (DateTimeException e) {
      throw PlatformFailure.lasting("Error: since is not a time of RFC 3339: " + since);
    }
  }

  private WebPage fetch(String url) throws PlatformFailure, InterruptedException {
    try {
      WebPage page = web.get(url, ACCEPT);
      if (page.success()) {
        return page;
      }
      String text =
          "Error: request failed: " + page.status() + " " + page.phrase() + " for " + page.url();
      throw page.mayPass() ? PlatformFailure.passing(text) : PlatformFailure.lasting(text);
    } catch (WebFailure failure) {
      log.debug("{} was not fetched: {}", failure.url(), failure.getMessage());
      throw failure.told(
          switch (failure.reason()) {
            case INVALID -> "Error: invalid URL: " + failure.url();
            case SCHEME -> "Error: " + failure.getMessage();
            case BLOCKED, UNREACHABLE -> "TypeError: fetch failed";
            case TIMEOUT -> "TimeoutError: The operation was aborted due to timeout";
            case TOO_LARGE ->
                "Error: response of " + failure.getMessage() + " for " + failure.url();
            case TOO_MANY_REDIRECTS -> "Error: too many redirects for " + failure.url();
          });
    }
  }

  @Override
  public void close() {
    web.close();
  }
}
