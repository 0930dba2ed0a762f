package org.viesti.edge.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** The table of routes. */
final class Router {
  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  List<Route> routes() {
    return routes;
  }

  /** A route and what stands in its pattern's places. */
  record Match(Route route, Map<String, String> path) {}

  /** There is such a path, but not for this method. */
  static final class WrongMethod extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String allowed;

    WrongMethod(String allowed) {
      super(allowed, null, false, false);
      this.allowed = allowed;
    }

    String allowed() {
      return allowed;
    }
  }

  /** Throws {@link Refused} for no such path, and {@link WrongMethod}. */
  Match match(String method, List<String> segments) {
    List<String> allowed = new ArrayList<>();
    for (Route route : routes) {
      Map<String, String> path = route.match(segments);
      if (path != null) {
        if (route.method().equals(method)) {
          return new Match(route, path);
        }
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty()) {
      throw new Refused(
          ErrorCode.NOT_FOUND, "no such path; " + RestEdge.BASE + "/openapi.json lists them");
    }
    throw new WrongMethod(String.join(", ", new TreeSet<>(allowed)));
  }
}
