package org.viesti.platform.dummy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/** What the dummy does; it remembers nothing. */
final class DummySession implements Platform.Session {
  private static final Duration HANG = Duration.ofMinutes(1);

  private final String greeting;

  DummySession(String greeting) {
    this.greeting = greeting;
  }

  @Override
  public @Nullable Activity run(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    return switch (request.type()) {
      case "echo" -> echo(request);
      case "greet" -> greet(request);
      case "fail", "throw" -> throw PlatformFailure.lasting("Error: " + content(request));
      case "hang" -> hang();
      case "exit0" -> throw new Crash.Error("0");
      case "exit1" -> throw new Crash.Error("1");
      case "sigterm" -> throw new Crash.Error("SIGTERM");
      case "sigkill" -> throw new Crash.Error("SIGKILL");
      case "throwTypeError" -> throw new Crash.TypeError();
      case "throwReferenceError" -> throw new Crash.ReferenceError();
      default ->
          throw PlatformFailure.lasting("platform method " + request.type() + " not available");
    };
  }

  private static Activity echo(Activity request) {
    ObjectNode dummy = JsonNodeFactory.instance.objectNode();
    dummy.put("id", "dummy").put("type", "platform");
    ObjectNode asker = request.actor();
    Activity answer = request.with("actor", dummy);
    return asker == null ? answer.without("target") : answer.with("target", asker);
  }

  private Activity greet(Activity request) throws PlatformFailure {
    String content = greeting + " " + content(request);
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    ObjectNode given = request.object();
    if (given != null) {
      object.setAll(given);
    }
    return echo(request.with("object", object.put("content", content)));
  }

  /** Longer than a job may take. */
  private static @Nullable Activity hang() throws InterruptedException {
    Thread.sleep(HANG);
    return null;
  }

  private static String content(Activity request) throws PlatformFailure {
    if (request.object() == null) {
      // In these words by what clients know.
      throw PlatformFailure.lasting("Cannot read properties of undefined (reading 'content')");
    }
    String content = request.text("object", "content");
    return content == null ? "undefined" : content;
  }
}
