package org.viesti.edge.socketio;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages whose scripts may connect, by their origin (RFC 6454). Browsers do not ask before they
 * open a WebSocket, so a foreign origin is refused here; what is no browser has none.
 */
final class Origins {
  private static final Logger LOG = LoggerFactory.getLogger(Origins.class);
  private static final String ANY = "*";

  private final Set<String> allowed;

  private Origins(Set<String> allowed) {
    this.allowed = allowed;
  }

  /**
   * @param configured {@code *}, or URLs of which the origin counts; what is neither is passed
   *     over, so that a list of nothing else allows none
   */
  static Origins of(List<String> configured) {
    Set<String> allowed = new TreeSet<>();
    for (String one : configured) {
      String origin = one.strip().equals(ANY) ? ANY : origin(one.strip());
      if (origin == null) {
        LOG.warn("viesti.gateway.socket.cors-origins: passing over {}, which is no origin", one);
      } else {
        allowed.add(origin);
      }
    }
    return new Origins(allowed);
  }

  private static @Nullable String origin(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (uri.getScheme() == null || uri.getHost() == null) {
      return null;
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int usual =
        switch (scheme) {
          case "http" -> 80;
          case "https" -> 443;
          default -> 0;
        };
    if (usual == 0) {
      return null;
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return scheme
        + "://"
        + host
        + (uri.getPort() < 0 || uri.getPort() == usual ? "" : ":" + uri.getPort());
  }

  /**
   * Whether a request is refused.
   *
   * @param origin its header; null: it is no browser's, or no script's
   * @param host its header: a page of our own is no stranger
   */
  boolean refuse(@Nullable String origin, @Nullable String host) {
    return origin != null
        && !allowed.contains(ANY)
        && !allowed.contains(origin)
        && !(host != null && origin.endsWith("://" + host));
  }

  /** The header Access-Control-Allow-Origin; null: there is none. */
  @Nullable String header(@Nullable String origin) {
    if (allowed.contains(ANY)) {
      return ANY;
    }
    if (allowed.size() == 1) {
      return allowed.iterator().next();
    }
    return origin != null && allowed.contains(origin) ? origin : null;
  }
}
