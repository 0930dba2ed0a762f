package org.viesti.platform;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a web server answered.
 *
 * @param url that answered, to which others may have redirected; without who the caller is
 * @param phrase what it says of its status
 * @param location where else to look; null: nowhere
 * @param contentType null: it says none
 * @param body decompressed; of an answer that is no success, empty
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares pages
public record WebPage(
    String url,
    int status,
    String phrase,
    @Nullable String location,
    @Nullable String contentType,
    byte[] body) {

  private static final Pattern CHARSET =
      Pattern.compile("charset\\s*=\\s*[\"']?([^\\s\"';,]+)", Pattern.CASE_INSENSITIVE);

  public boolean success() {
    return status >= 200 && status < 300;
  }

  /** Whether the same request may succeed later. */
  public boolean mayPass() {
    return status == 429 || status >= 500;
  }

  /** What its content type says, if there is such a charset; null: the body must tell. */
  public @Nullable String charset() {
    Matcher charset = CHARSET.matcher(contentType == null ? "" : contentType);
    try {
      return charset.find() && Charset.isSupported(charset.group(1)) ? charset.group(1) : null;
    } catch (IllegalCharsetNameException e) {
      return null;
    }
  }

  /** As much of the body as has no more than so many tags, and so no more elements. */
  public byte[] start(int tags) {
    int left = tags;
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '<' && --left < 0) {
        return Arrays.copyOf(body, i);
      }
    }
    return body;
  }

  boolean redirects() {
    return location != null && status >= 300 && status < 400;
  }
}
