package org.viesti.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The platforms of a node. */
public final class Platforms implements AutoCloseable {
  private final GatewaySettings settings;
  private final Map<String, Known> byId = new TreeMap<>();

  private record Known(Platform platform, Platform.Description description) {}

  /** Ends jobs that take too long, and begins those that are tried again. */
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, work -> Thread.ofPlatform().daemon().name("gateway-timer").unstarted(work));

  /** Sessions that are some actor's own. */
  private final AtomicInteger own = new AtomicInteger();

  private final Map<String, Platform.Session> shared = new HashMap<>();

  private Platforms(GatewaySettings settings) {
    this.settings = settings;
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Those that are on the class path and not switched off. */
  public static Platforms load(GatewaySettings settings) {
    Platforms platforms = new Platforms(settings);
    for (Platform platform : ServiceLoader.load(Platform.class)) {
      Platform.Description its = platform.description();
      if (settings.isOn(its.id())) {
        platforms.byId.put(its.id(), new Known(platform, its));
      }
    }
    return platforms;
  }

  public List<Platform.Description> descriptions() {
    return byId.values().stream().map(Known::description).toList();
  }

  Platform.@Nullable Description description(String id) {
    Known known = byId.get(id);
    return known == null ? null : known.description();
  }

  GatewaySettings settings() {
    return settings;
  }

  void later(Runnable work, long ms) {
    timer.schedule(work, ms, TimeUnit.MILLISECONDS);
  }

  /** Runs it then, unless it is cancelled. */
  Runnable cancellable(Runnable work, long ms) {
    var scheduled = timer.schedule(work, ms, TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  /** Opens a session that is its host's own; {@link #close(Platform.Session)} it. */
  Platform.Session open(String id, Platform.Host host) throws PlatformFailure {
    int most = settings.maxPlatformSessions();
    if (own.incrementAndGet() > most && most > 0) {
      own.decrementAndGet();
      throw PlatformFailure.lasting(
          "platform instance limit reached (%d); cannot start new %s instance".formatted(most, id));
    }
    try {
      return of(id).open(host);
    } catch (RuntimeException e) {
      own.decrementAndGet();
      throw e;
    }
  }

  private Platform of(String id) {
    Known known = byId.get(id);
    if (known == null) {
      throw new IllegalStateException("no platform " + id);
    }
    return known.platform();
  }

  void close(Platform.Session session) {
    own.decrementAndGet();
    session.close();
  }

  /** The session that does everybody's jobs. */
  Platform.Session shared(String id) {
    synchronized (shared) {
      return shared.computeIfAbsent(id, one -> of(one).open(new SharedHost(one, settings)));
    }
  }

  /** It crashed: the next job has another. */
  void replace(String id, Platform.Session crashed) {
    synchronized (shared) {
      if (shared.remove(id, crashed)) {
        crashed.close();
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (shared) {
      List<Platform.Session> all = new ArrayList<>(shared.values());
      shared.clear();
      all.forEach(Platform.Session::close);
    }
  }
}
