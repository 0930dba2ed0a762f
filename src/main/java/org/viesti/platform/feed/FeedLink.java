package org.viesti.platform.feed;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Links that may be followed: of http and https, whole. */
final class FeedLink {
  private FeedLink() {}

  /**
   * @param guid which RSS takes for a link where there is none, though few are
   * @param base of a relative one
   * @return null: it is none
   */
  static @Nullable String of(@Nullable String link, @Nullable String guid, String base) {
    if (link == null || link.isBlank()) {
      return null;
    }
    String text = link.strip();
    if (isWhole(text)) {
      return text;
    }
    if (link.equals(guid) && !text.startsWith("/")) {
      return null;
    }
    try {
      String resolved = new URI(base).resolve(new URI(text)).toString();
      return isWhole(resolved) ? resolved : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean isWhole(String link) {
    return link.matches("(?is)https?://.*");
  }
}
