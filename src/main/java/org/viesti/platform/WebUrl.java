package org.viesti.platform;

import java.net.IDN;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.viesti.platform.WebFailure.Reason;

/**
 * A URL of http or https, taken apart once: what is checked is what is connected to.
 *
 * @param host a name, or an address; one of IPv6 in brackets
 * @param target path and query, as they are sent
 */
record WebUrl(String scheme, String host, int port, String target) {
  /** RFC 3986, appendix B. */
  private static final Pattern PARTS =
      Pattern.compile(
          "(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\\?[^#]*)?(?:#.*)?", Pattern.DOTALL);

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
  private static final Pattern AUTHORITY =
      Pattern.compile("(?:.*@)?(\\[[0-9A-Fa-f:.]+]|[^:@\\[\\]]+)(?::([0-9]{0,5}))?");
  private static final Pattern NAME = Pattern.compile("[a-z0-9._-]+");
  private static final String AS_THEY_ARE = "-._~:/?!$&'()*+,;=@";

  /** Throws {@link WebFailure}: it is none. */
  static WebUrl of(String text) throws WebFailure {
    String url = text.strip();
    Matcher parts = PARTS.matcher(url);
    if (!parts.matches() || parts.group(1) == null || !SCHEME.matcher(parts.group(1)).matches()) {
      throw invalid(url);
    }
    String scheme = parts.group(1).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw WebFailure.lasting(
          Reason.SCHEME, shown(url), "unsupported scheme " + scheme + ": for " + shown(url));
    }
    String authority = parts.group(2);
    Matcher place = AUTHORITY.matcher(authority == null ? "" : authority);
    if (!place.matches()) {
      throw invalid(url);
    }
    String query = parts.group(4);
    return new WebUrl(
        scheme,
        host(place.group(1), url),
        port(place.group(2), scheme, url),
        path(encoded(parts.group(3))) + (query == null ? "" : encoded(query)));
  }

  private static String host(String given, String url) throws WebFailure {
    if (given.startsWith("[")) {
      return given;
    }
    try {
      String name = URLDecoder.decode(given.replace("+", "%2B"), StandardCharsets.UTF_8);
      String ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
      if (NAME.matcher(ascii).matches()) {
        return Ipv4Literal.is(ascii) ? Ipv4Literal.dotted(ascii) : ascii;
      }
    } catch (IllegalArgumentException e) {
      // no name, as others that do not match
    }
    throw invalid(url);
  }

  private static int port(String given, String scheme, String url) throws WebFailure {
    int port =
        given == null || given.isEmpty()
            ? (scheme.equals("http") ? 80 : 443)
            : Integer.parseInt(given);
    if (port < 1 || port > 65_535) {
      throw invalid(url);
    }
    return port;
  }

  private static String path(String given) {
    if (given.isEmpty()) {
      return "/";
    }
    return given.contains("/.") ? URI.create("http://h" + given).normalize().getRawPath() : given;
  }

  /** What a Location of this one's answer means. */
  WebUrl resolve(String location) throws WebFailure {
    String place = location.strip();
    Matcher parts = PARTS.matcher(place);
    if (parts.matches() && parts.group(1) != null) {
      return of(place);
    }
    if (place.startsWith("//")) {
      return of(scheme + ":" + place);
    }
    String path = target.replaceFirst("\\?.*", "");
    if (place.startsWith("/")) {
      path = "";
    } else if (!place.startsWith("?")) {
      path = path.substring(0, path.lastIndexOf('/') + 1);
    }
    return of(origin() + path + place);
  }

  boolean secure() {
    return scheme.equals("https");
  }

  /** Without brackets. */
  String bareHost() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Name, or address, and port if it is not the usual one. */
  String authority() {
    return port == (secure() ? 443 : 80) ? host : host + ":" + port;
  }

  private String origin() {
    return scheme + "://" + authority();
  }

  String text() {
    return origin() + target;
  }

  private static WebFailure invalid(String url) {
    String shown = url.replaceFirst("(?s)//.*@", "//");
    return WebFailure.lasting(Reason.INVALID, shown, "invalid URL: " + shown);
  }

  /** Without who the caller is. */
  static String shown(String url) {
    return url.strip().replaceFirst("^([^:/?#]+://)[^/?#]*@", "$1");
  }

  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      char at = (char) (bytes[i] & 0xFF);
      boolean escape = at == '%' && i + 2 < bytes.length && isHex(bytes[i + 1], bytes[i + 2]);
      if (escape
          || (at >= 'a' && at <= 'z')
          || (at >= 'A' && at <= 'Z')
          || (at >= '0' && at <= '9')
          || AS_THEY_ARE.indexOf(at) >= 0) {
        encoded.append(at);
      } else {
        encoded.append('%').append(String.format("%02X", (int) at));
      }
    }
    return encoded.toString();
  }

  private static boolean isHex(byte first, byte second) {
    return Character.digit(first, 16) >= 0 && Character.digit(second, 16) >= 0;
  }
}
