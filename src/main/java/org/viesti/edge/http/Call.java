package org.viesti.edge.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.security.Principal;

/**
 * One call as its handler sees it.
 *
 * @param path what stands in the pattern's places, decoded
 * @param query by name; only names that the route knows
 */
record Call(Principal by, Map<String, String> path, Map<String, String> query) {

  String path(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the pattern has no {" + name + "}");
    }
    return value;
  }

  String room() {
    return path("room");
  }

  String message() {
    return path("message");
  }

  String user() {
    return path("user");
  }

  String device() {
    return path("device");
  }

  @Nullable String query(String name) {
    return query.get(name);
  }

  @Nullable String cursor() {
    return query("cursor");
  }

  @Nullable Integer limit() {
    Long limit = number("limit");
    return limit == null ? null : (int) Math.clamp(limit, 0, Integer.MAX_VALUE);
  }

  @Nullable Long number(String name) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Refused(ErrorCode.INVALID_ARGUMENT, name + " must be a whole number");
    }
  }
}
