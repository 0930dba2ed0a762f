package org.viesti.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/** A platform of a third party, for tests: it does what a job's content says. */
public abstract class LabPlatform implements Platform {

  /** With a session for each actor. */
  public static final class Own extends LabPlatform {
    public Own() {
      super("lab", true);
    }
  }

  /** With one for all. */
  public static final class Shared extends LabPlatform {
    public Shared() {
      super("labs", false);
    }
  }

  /** Jobs wait in {@code enter} until they may leave. */
  public static final Semaphore DOOR = new Semaphore(0);

  /** What is told in {@code listen}, one by one. */
  public static final Semaphore HEARD = new Semaphore(0);

  public static final AtomicInteger INSIDE = new AtomicInteger();
  public static final AtomicInteger OPEN_SESSIONS = new AtomicInteger();

  /** Events that were taken from a session that told them. */
  public static final AtomicInteger TOLD = new AtomicInteger();

  private static final Map<String, AtomicInteger> TRIES = new ConcurrentHashMap<>();

  private final String id;
  private final boolean persistent;

  private LabPlatform(String id, boolean persistent) {
    this.id = id;
    this.persistent = persistent;
  }

  /** How often a job with this content was tried. */
  public static int tries(String content) {
    AtomicInteger tries = TRIES.get(content);
    return tries == null ? 0 : tries.get();
  }

  @Override
  public Description description() {
    return new Description(
        id,
        "1.0.0",
        persistent,
        persistent ? Set.of("connect") : Set.of(),
        schema(
            """
            {"type":"object","required":["type","actor"],"properties":{"type":
            {"enum":["connect","enter","flaky","listen","refuse","say","tell"]}}}"""),
        persistent ? schema("{\"type\":\"object\"}") : null,
        null,
        Duration.ofMinutes(1));
  }

  private static JsonNode schema(String text) {
    try {
      return JsonMapper.builder().build().readTree(text);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Session open(Host host) {
    OPEN_SESSIONS.incrementAndGet();
    return new LabSession(host);
  }

  private final class LabSession implements Session {
    private final Host host;
    private volatile boolean connected = !persistent;

    LabSession(Host host) {
      this.host = host;
    }

    @Override
    public @Nullable Activity run(Activity request, @Nullable ObjectNode credentials)
        throws PlatformFailure, InterruptedException {
      String content = String.valueOf(request.text("object", "content"));
      int tries = TRIES.computeIfAbsent(content, key -> new AtomicInteger()).incrementAndGet();
      switch (request.type()) {
        case "connect" -> {
          if (credentials == null || !credentials.path("password").asText().startsWith("good")) {
            throw PlatformFailure.lasting("wrong password");
          }
          connected = true;
        }
        case "enter" -> {
          INSIDE.incrementAndGet();
          try {
            DOOR.acquire();
          } finally {
            INSIDE.decrementAndGet();
          }
        }
        case "flaky" -> {
          if (tries <= Integer.parseInt(content.split(" ")[0])) {
            throw PlatformFailure.passing("not now");
          }
        }
        case "refuse" -> throw PlatformFailure.lasting("never");
        case "tell" -> {
          int events = Integer.parseInt(content);
          Thread.ofVirtual().start(() -> tell(request, events, null));
        }
        case "listen" -> Thread.ofVirtual().start(() -> tell(request, 100, HEARD));
        default -> {}
      }
      return null;
    }

    private void tell(Activity request, int events, @Nullable Semaphore when) {
      try {
        for (int i = 0; i < events; i++) {
          if (when != null) {
            when.acquire();
          }
          ObjectNode object = JsonMapper.builder().build().createObjectNode();
          host.tell(
              request
                  .with("type", "send")
                  .with("object", object.put("type", "message").put("content", "event " + i)));
          TOLD.incrementAndGet();
        }
      } catch (InterruptedException e) {
        // it ends
      }
    }

    @Override
    public boolean connected() {
      return connected;
    }

    @Override
    public void close() {
      OPEN_SESSIONS.decrementAndGet();
    }
  }
}
