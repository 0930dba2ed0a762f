package org.viesti.edge.websocket;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server agrees to of the extensions a client offers (RFC 6455 §9.1): permessage-deflate
 * as {@link Deflate} does it.
 */
final class Extensions {
  private static final String AGREED =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private Extensions() {}

  /** The answer to the offers, or null if there is nothing to agree on. */
  static @Nullable String agreed(@Nullable String offers) {
    if (offers == null) {
      return null;
    }
    for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
      if (offer.name().equals("permessage-deflate") && acceptable(offer.parameters())) {
        return AGREED;
      }
    }
    return null;
  }

  /**
   * The JDK's deflater has one window size, 15 bits: an offer that asks the server for less is
   * declined, and so is the unknown.
   */
  private static boolean acceptable(Map<String, String> parameters) {
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      boolean fine =
          switch (parameter.getKey()) {
            case "server_no_context_takeover",
                "client_no_context_takeover",
                "client_max_window_bits" ->
                true;
            case "server_max_window_bits" -> "15".equals(parameter.getValue());
            default -> false;
          };
      if (!fine) {
        return false;
      }
    }
    return true;
  }
}
