package org.viesti.platform.irc;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/**
 * An actor's connection to its server, over breaks.
 *
 * <pre>
 *   DOWN ── connect ──▶ UP ── lost ──▶ RECONNECTING ── welcomed ──▶ UP
 *    ▲                  │                   │
 *    └──── disconnect ──┴──── given up ─────┘
 * </pre>
 *
 * <p>A break is told as {@code connect} with an {@code error} and the object {@code {"type":
 * "connect", "status": "reconnecting" or "failed", "condition": "network" or "not-authorized"}};
 * its end as the server's presence. The host is asked for the credentials at each attempt.
 */
final class IrcConnection implements IrcLink.Reader, AutoCloseable {
  private static final String CLOSED = "connection to server closed.";

  private final Platform.Host host;
  private final IrcSettings settings;
  private final Outbox outbox;

  /** The channels the actor is in, or is to be in again. */
  private final List<String> channels = new ArrayList<>();

  /** Made or being made; null: none. */
  private volatile @Nullable IrcLink link;

  private @Nullable IrcActivities activities;
  private boolean up;
  private @Nullable Thread reconnecting;
  private @Nullable Awaited awaited;
  private boolean closed;
  private String server = "";
  private String nick = "";
  private String realName = "";
  private long pings;

  IrcConnection(Platform.Host host, IrcSettings settings) {
    this.host = host;
    this.settings = settings;
    outbox = new Outbox(host, settings.eventQueue(), this::read);
  }

  // For jobs.

  synchronized boolean isUp() {
    return up;
  }

  /** Also while it is made again. */
  synchronized boolean connected() {
    return up || reconnecting != null;
  }

  synchronized boolean isIn(String channel) {
    IrcLink now = link;
    return now != null && channels.stream().anyMatch(name -> now.same(name, channel));
  }

  /** Connects, unless it is; instead of a next attempt if it is being made again. */
  void connect(IrcCredentials credentials, String asName)
      throws PlatformFailure, InterruptedException {
    stopReconnecting();
    if (isUp()) {
      return;
    }
    realName = asName;
    open(credentials);
  }

  /** The link to write to. A failure that may pass: nothing was written. */
  synchronized IrcLink live() throws PlatformFailure {
    IrcLink now = link;
    if (now != null && up) {
      return now;
    }
    throw reconnecting != null
        ? PlatformFailure.passing(CLOSED)
        : PlatformFailure.lasting(
            "no client found, and no credentials specified. you must connect first");
  }

  /**
   * Writes lines, and waits for what the server says to them.
   *
   * @param about the channel or nick
   * @param done see {@link Awaited}
   */
  void ask(String verb, String about, String done, List<String> lines)
      throws PlatformFailure, InterruptedException {
    for (String line : lines) {
      IrcText.fits(line);
    }
    Awaited asked = new Awaited("viesti-" + ++pings, about, done);
    IrcLink now;
    synchronized (this) {
      now = live();
      awaited = asked;
    }
    try {
      lines.forEach(now::send);
      now.send("PING " + asked.token());
      asked.await(settings.answerTimeout(), verb);
    } finally {
      synchronized (this) {
        awaited = null;
      }
    }
  }

  synchronized void leave(String channel) {
    IrcLink now = link;
    if (now != null) {
      channels.removeIf(name -> now.same(name, channel));
    }
  }

  void disconnect() throws InterruptedException {
    stopReconnecting();
    end();
  }

  @Override
  public void close() {
    Thread attempts;
    synchronized (this) {
      closed = true;
      attempts = reconnecting;
    }
    if (attempts != null) {
      attempts.interrupt();
    }
    end();
    outbox.close();
  }

  private void end() {
    IrcLink last;
    synchronized (this) {
      last = link;
      forget();
      channels.clear();
    }
    if (last != null) {
      last.close();
    }
  }

  private synchronized void forget() {
    link = null;
    up = false;
    Awaited asked = awaited;
    if (asked != null) {
      asked.fail(PlatformFailure.lasting(CLOSED));
    }
  }

  /** Returns when the server has welcomed the actor. */
  private void open(IrcCredentials credentials) throws PlatformFailure, InterruptedException {
    IrcLink made = new IrcLink(credentials, realName, settings, this, host.log());
    synchronized (this) {
      server = credentials.server();
      nick = credentials.nick();
      activities = new IrcActivities(server, made);
      link = made;
    }
    try {
      made.open(credentials);
      synchronized (this) {
        if (closed) {
          throw PlatformFailure.lasting(CLOSED);
        }
      }
    } catch (PlatformFailure | InterruptedException | RuntimeException e) {
      synchronized (this) {
        if (link == made) {
          forget();
        }
      }
      made.close();
      throw e;
    }
  }

  private void read(boolean on) {
    IrcLink now = link;
    if (now != null) {
      now.read(on);
    }
  }

  // What becomes of a link.

  @Override
  public synchronized void welcomed(IrcLink from) {
    if (from != link) {
      return;
    }
    up = true;
    channels.forEach(channel -> from.send("JOIN " + channel));
    if (reconnecting != null) {
      reconnecting = null;
      outbox.put(
          Activity.of(IrcPlatform.ID, "update")
              .with("actor", part("service").put("id", server))
              .with("target", person())
              .with("object", part("presence").put("presence", "online")));
    }
  }

  @Override
  public synchronized void line(IrcLink from, IrcLine line) {
    IrcActivities table = activities;
    if (from != link || table == null) {
      return;
    }
    note(from, line);
    Awaited asked = awaited;
    if (asked == null || !asked.heed(from, line)) {
      table.of(line).forEach(outbox::put);
    }
  }

  private void note(IrcLink from, IrcLine line) {
    nick = from.nick();
    String channel = line.parameter(0);
    switch (line.command()) {
      case "JOIN" -> {
        if (line.own() && !isIn(channel)) {
          channels.add(channel);
        }
      }
      case "PART" -> {
        if (line.own()) {
          leave(channel);
        }
      }
      case "KICK" -> {
        if (from.isOwn(line.parameter(1))) {
          leave(channel);
        }
      }
      // Why it is not let in, perhaps after a break.
      case "403", "471", "473", "474", "475" -> leave(line.parameter(1));
      default -> {
        // stays where it is
      }
    }
  }

  @Override
  public void lost(IrcLink from, String why) {
    synchronized (this) {
      if (from != link) {
        return;
      }
      forget();
      if (settings.attempts() == 0) {
        giveUp(why, "network");
      } else {
        tell(
            "Connection lost: " + why + ". Attempting automatic reconnection...",
            "reconnecting",
            "network");
        reconnecting = Thread.ofVirtual().name("viesti-irc-reconnect").start(this::reconnect);
      }
    }
    from.close();
  }

  // How it is made again.

  private void reconnect() {
    PlatformFailure last = PlatformFailure.passing("error connecting to server.");
    try {
      for (int attempt = 1; attempt <= settings.attempts() && last.mayPass(); attempt++) {
        Thread.sleep(settings.pause(attempt, ThreadLocalRandom.current().nextDouble()));
        try {
          ObjectNode credentials = host.credentials();
          if (credentials == null) {
            throw PlatformFailure.lasting("there are no credentials any more");
          }
          open(IrcCredentials.of(credentials));
          return;
        } catch (PlatformFailure e) {
          last = e;
        }
      }
    } catch (InterruptedException stopped) {
      ended(null);
      return;
    } catch (RuntimeException e) {
      host.log().warn("IRC was not connected again", e);
      last = PlatformFailure.passing(e.toString());
    }
    ended(last);
  }

  private synchronized void ended(@Nullable PlatformFailure why) {
    if (reconnecting == Thread.currentThread()) {
      reconnecting = null;
      if (why != null) {
        giveUp(why.text(), why.mayPass() ? "network" : "not-authorized");
      }
    }
  }

  private void giveUp(String why, String condition) {
    channels.clear();
    tell("Connection failed: " + why + ". Manual reconnection required.", "failed", condition);
  }

  private void tell(String error, String status, String condition) {
    outbox.put(
        Activity.of(IrcPlatform.ID, "connect")
            .with("actor", person())
            .with("error", error)
            .with("object", part("connect").put("status", status).put("condition", condition)));
  }

  private ObjectNode person() {
    return part("person").put("id", nick + "@" + server).put("name", nick);
  }

  private static ObjectNode part(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private void stopReconnecting() throws InterruptedException {
    Thread attempts;
    synchronized (this) {
      attempts = reconnecting;
    }
    if (attempts != null) {
      attempts.interrupt();
      attempts.join();
    }
  }
}
