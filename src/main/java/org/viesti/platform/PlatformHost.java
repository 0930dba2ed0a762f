package org.viesti.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.security.SecretBox;

/**
 * Runs the jobs of one actor on one platform, each on a virtual thread, and tells what came of them
 * in their order. A platform with a session for each actor does one job after the other; of others
 * several run at a time. A session that crashes or hangs is replaced, and the job in hand fails.
 */
final class PlatformHost implements AutoCloseable {

  /** Whom it reports to; from any thread. */
  interface Reports {
    void done(long job, Envelope outcome);

    /** Waits while the client does not keep up. */
    void told(String actor, Activity event) throws InterruptedException;

    void renamed(PlatformHost host, String from, String to, ObjectNode credentials);

    /** Sealed; null: there are none. */
    byte @Nullable [] credentials(String platform, String actor);
  }

  private static final String CONNECT = "connect";

  private final Platforms platforms;
  private final Platform.Description platform;
  private final SecretBox box;
  private final Reports reports;
  private volatile String actor;

  /** Jobs that are not reported, in their order. */
  private final ArrayDeque<Slot> slots = new ArrayDeque<>(2);

  private int running;
  private Platform.@Nullable Session session;

  /** Of the credentials that the session was connected with. */
  private byte @Nullable [] connectedWith;

  private boolean closed;

  private static final class Slot {
    final long number;
    final byte[] sealed;
    int attempts;
    boolean started;
    @Nullable Thread thread;

    /** What does it. */
    volatile Platform.@Nullable Session by;

    @Nullable Envelope outcome;

    Slot(long number, byte[] sealed) {
      this.number = number;
      this.sealed = sealed;
    }
  }

  PlatformHost(
      Platforms platforms,
      Platform.Description platform,
      String actor,
      SecretBox box,
      Reports reports) {
    this.platforms = platforms;
    this.platform = platform;
    this.actor = actor;
    this.box = box;
    this.reports = reports;
  }

  synchronized void submit(long number, Item job) {
    slots.add(new Slot(number, job.sealed()));
    startSome();
  }

  private void startSome() {
    int most = platform.persistent() ? 1 : platforms.settings().jobsAtOnce();
    for (Slot slot : slots) {
      if (running >= most || closed) {
        return;
      }
      if (!slot.started) {
        slot.started = true;
        running++;
        start(slot);
      }
    }
  }

  private void start(Slot slot) {
    slot.attempts++;
    int attempt = slot.attempts;
    Thread thread = Thread.ofVirtual().unstarted(() -> run(slot, attempt));
    slot.thread = thread;
    thread.start();
  }

  private void run(Slot slot, int attempt) {
    Envelope asked = Envelope.open(slot.sealed, box);
    Activity request = asked.activity();
    Runnable cancel =
        platforms.cancellable(
            () -> Thread.startVirtualThread(() -> overdue(slot, attempt, asked)),
            platforms.settings().timeoutOf(platform).toMillis());
    Platform.Session used = null;
    try {
      ObjectNode credentials =
          platform.needsCredentials().contains(request.type()) ? credentials() : null;
      if (asked.connects() && needsConnecting(request)) {
        connect(request);
      }
      used = session(request, credentials);
      slot.by = used;
      Activity result = used.run(request, credentials);
      if (credentials != null) {
        connected(credentials);
      }
      finish(slot, attempt, asked.completed(result));
    } catch (PlatformFailure failure) {
      dropUnlessConnected(used);
      if (failure.mayPass() && attempt <= platforms.settings().retries()) {
        again(slot, attempt);
      } else {
        finish(slot, attempt, asked.failed(failure.text()));
      }
    } catch (InterruptedException e) {
      finish(slot, attempt, asked.failed("the job was interrupted"));
    } catch (RuntimeException | Error crash) {
      log().warn("{} crashed in a job of {}", platform.id(), actor, crash);
      drop(used);
      finish(
          slot,
          attempt,
          asked.failed(crash.getClass().getSimpleName() + ": " + crash.getMessage()));
    } finally {
      cancel.run();
    }
  }

  private synchronized boolean needsConnecting(Activity request) {
    return platform.persistent()
        && !request.type().equals(CONNECT)
        && (session == null || !session.connected());
  }

  /** For clients that never ask for it. */
  private void connect(Activity first) throws PlatformFailure, InterruptedException {
    ObjectNode credentials = credentials();
    Activity request = Activity.of(platform.id(), CONNECT);
    if (first.actor() != null) {
      request = request.with("actor", first.actor());
    }
    Platform.Session used = session(request, credentials);
    try {
      used.run(request, credentials);
      connected(credentials);
    } finally {
      dropUnlessConnected(used);
    }
  }

  private ObjectNode credentials() throws PlatformFailure {
    byte[] sealed = reports.credentials(platform.id(), actor);
    if (sealed == null) {
      throw PlatformFailure.lasting("credentials not found for " + Item.key(platform.id(), actor));
    }
    return Credentials.open(sealed, box);
  }

  /** The session to do it, opened if it is the first of its actor to need one. */
  private Platform.Session session(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure {
    if (!platform.persistent()) {
      return platforms.shared(platform.id());
    }
    Platform.Session stale = null;
    synchronized (this) {
      if (credentials != null
          && connectedWith != null
          && !Arrays.equals(connectedWith, fingerprint(credentials))) {
        stale = session; // of whoever had the others
        session = null;
        connectedWith = null;
      }
    }
    if (stale != null) {
      platforms.close(stale);
    }
    synchronized (this) {
      if (credentials == null && (session == null || !session.connected())) {
        throw PlatformFailure.lasting(request.type() + " called on uninitialized platform");
      }
      if (session == null) {
        session = platforms.open(platform.id(), new Own());
      }
      return session;
    }
  }

  private synchronized void connected(ObjectNode credentials) {
    if (session != null && session.connected()) {
      connectedWith = fingerprint(credentials);
    }
  }

  private static byte[] fingerprint(ObjectNode credentials) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(credentials.toString().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** A login that failed leaves nothing in the way of the next. */
  private void dropUnlessConnected(Platform.@Nullable Session used) {
    if (used != null && platform.persistent() && !used.connected()) {
      drop(used);
    }
  }

  private void drop(Platform.@Nullable Session used) {
    if (used == null) {
      return;
    }
    if (!platform.persistent()) {
      platforms.replace(platform.id(), used);
      return;
    }
    synchronized (this) {
      if (session != used) {
        return;
      }
      session = null;
      connectedWith = null;
    }
    platforms.close(used);
  }

  private void again(Slot slot, int attempt) {
    platforms.later(
        () -> {
          synchronized (this) {
            if (slot.attempts == attempt && slot.outcome == null && !closed) {
              start(slot);
            }
          }
        },
        platforms.settings().retryAfter(attempt).toMillis());
  }

  private void overdue(Slot slot, int attempt, Envelope asked) {
    String text = "timeout reached for " + asked.activity().type() + " job";
    if (settle(slot, attempt, asked.failed(text))) {
      Thread thread = slot.thread;
      if (thread != null) {
        thread.interrupt();
      }
      drop(slot.by); // before the next job could have it
      report();
    }
  }

  private void finish(Slot slot, int attempt, Envelope outcome) {
    if (settle(slot, attempt, outcome)) {
      report();
    }
  }

  /** False: it was over before. */
  private synchronized boolean settle(Slot slot, int attempt, Envelope outcome) {
    if (slot.outcome != null || slot.attempts != attempt) {
      return false;
    }
    slot.outcome = outcome;
    return true;
  }

  private synchronized void report() {
    running--;
    while (!slots.isEmpty() && slots.element().outcome != null) {
      Slot first = slots.remove();
      if (!closed && first.outcome != null) {
        reports.done(first.number, first.outcome);
      }
    }
    startSome();
  }

  /** Whether it has nothing to do, and nothing to keep. */
  synchronized boolean isIdle() {
    return slots.isEmpty() && session == null;
  }

  private Logger log() {
    return LoggerFactory.getLogger("org.viesti.platform." + platform.id());
  }

  /** Ends the session; what runs comes to nothing. */
  @Override
  public void close() {
    Platform.Session last;
    synchronized (this) {
      closed = true;
      last = session;
      session = null;
      slots.forEach(
          slot -> {
            if (slot.thread != null) {
              slot.thread.interrupt();
            }
          });
    }
    if (last != null) {
      Thread.ofVirtual().start(() -> platforms.close(last));
    }
  }

  /** The host of a session that is the actor's own. */
  private final class Own implements Platform.Host {
    @Override
    public Map<String, String> settings() {
      return platforms.settings().of(platform.id());
    }

    @Override
    public String actor() {
      return actor;
    }

    @Override
    public void tell(Activity event) throws InterruptedException {
      reports.told(actor, event);
    }

    @Override
    public @Nullable ObjectNode credentials() {
      byte[] sealed = reports.credentials(platform.id(), actor);
      return sealed == null ? null : Credentials.open(sealed, box);
    }

    @Override
    public void renamed(String to, ObjectNode credentials) {
      String from = actor;
      actor = to;
      synchronized (PlatformHost.this) {
        connectedWith = fingerprint(credentials);
      }
      reports.renamed(PlatformHost.this, from, to, credentials);
    }

    @Override
    public Logger log() {
      return PlatformHost.this.log();
    }
  }
}
