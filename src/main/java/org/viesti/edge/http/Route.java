package org.viesti.edge.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call that can be made: method, path and what becomes of it.
 *
 * @param pattern below {@link RestEdge#BASE}; {@code {name}} stands for any one segment
 * @param query the parameters it knows; any other is refused
 * @param form what its body is read as, null if it has none
 */
record Route(
    String method, String pattern, Set<String> query, @Nullable Class<?> form, Handler handler) {

  /** Makes the call. The body is of the route's form, or null. */
  interface Handler {
    CompletionStage<Answer> handle(Call call, @Nullable Object body);
  }

  static Route of(
      String method,
      String pattern,
      Set<String> query,
      Function<Call, CompletionStage<Answer>> handler) {
    return new Route(method, pattern, query, null, (call, body) -> handler.apply(call));
  }

  static Route of(String method, String pattern, Function<Call, CompletionStage<Answer>> handler) {
    return of(method, pattern, Set.of(), handler);
  }

  static <F> Route of(
      String method,
      String pattern,
      Class<F> form,
      BiFunction<Call, F, CompletionStage<Answer>> handler) {
    return new Route(
        method, pattern, Set.of(), form, (call, body) -> handler.apply(call, form.cast(body)));
  }

  /** What stands in the pattern's places, or null if the path is another. */
  @Nullable Map<String, String> match(List<String> segments) {
    List<String> own = segments(pattern);
    if (own.size() != segments.size()) {
      return null;
    }
    Map<String, String> places = new HashMap<>();
    for (int i = 0; i < own.size(); i++) {
      String step = own.get(i);
      if (step.startsWith("{")) {
        places.put(step.substring(1, step.length() - 1), segments.get(i));
      } else if (!step.equals(segments.get(i))) {
        return null;
      }
    }
    return places;
  }

  private static List<String> segments(String pattern) {
    List<String> segments = new ArrayList<>(List.of(pattern.split("/")));
    segments.removeFirst();
    return segments;
  }
}
