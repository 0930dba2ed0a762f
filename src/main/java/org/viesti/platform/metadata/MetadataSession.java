package org.viesti.platform.metadata;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.WebFailure;
import org.viesti.platform.WebFetch;
import org.viesti.platform.WebPage;
import org.viesti.platform.WebSettings;

/** Does everybody's fetches of pages. */
final class MetadataSession implements Platform.Session {
  private final WebSettings settings;
  private final Logger log;
  private final WebFetch web;

  MetadataSession(WebSettings settings, Logger log) {
    this.settings = settings;
    this.log = log;
    web = new WebFetch(settings);
  }

  @Override
  public Activity run(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    WebPage page = fetch(request.actorId());
    return new PageFacts(document(page)).answer(request);
  }

  private WebPage fetch(String url) throws PlatformFailure, InterruptedException {
    try {
      WebPage page = web.get(url, "text/html, application/xhtml+xml");
      if (page.success()) {
        return page;
      }
      String text =
          "Error: "
              + page.status()
              + " "
              + HttpResponseStatus.valueOf(page.status()).reasonPhrase();
      throw page.mayPass() ? PlatformFailure.passing(text) : PlatformFailure.lasting(text);
    } catch (WebFailure failure) {
      log.debug("{} was not fetched: {}", failure.url(), failure.getMessage());
      throw failure.told(
          switch (failure.reason()) {
            case INVALID, SCHEME -> "Error: Invalid URL";
            case BLOCKED, UNREACHABLE -> "Error: fetch failed";
            case TIMEOUT ->
                "Error: metadata scrape timed out after " + settings.timeout().toMillis() + "ms";
            case TOO_LARGE -> "Error: response of " + failure.getMessage();
            case TOO_MANY_REDIRECTS -> "Error: too many redirects";
          });
    }
  }

  private Document document(WebPage page) throws PlatformFailure {
    String type = page.contentType() == null ? "text/html" : page.contentType();
    if (!type.toLowerCase(Locale.ROOT).matches("(text/|application/xhtml).*")) {
      throw PlatformFailure.lasting("Error: not a page of HTML but " + type);
    }
    // What a page says of itself is at its start; of megabytes of tags come a hundred times as
    // many.
    try {
      return Jsoup.parse(
          new ByteArrayInputStream(page.start(settings.maxTags())), page.charset(), page.url());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    web.close();
  }
}
