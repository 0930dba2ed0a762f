package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jivesoftware.smack.packet.Stanza;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/**
 * An actor's login, kept: a link that is lost is made again, with credentials asked for then.
 *
 * <pre>
 * up --lost, may pass--> remaking --made--> up
 *  \                        \--refused, or no attempt left--\
 *   \--lost for good, or closed------------------------------> off
 * </pre>
 */
final class Line implements AutoCloseable {

  /** What a line brings, and needs to be told. */
  interface Owner {
    void heard(Link link, Stanza stanza) throws InterruptedException;

    /** Whether what was heard waits to be told, so that the reader does not read. */
    boolean isBehind();

    void remaking(LinkFailure failure) throws InterruptedException;

    /** There is a new link, which nobody but this may use until it returns. */
    void remade(Link link, Duration away) throws InterruptedException;

    /** It is off, and not because somebody closed it. */
    void failed(LinkFailure failure) throws InterruptedException;
  }

  private final Platform.Host host;
  private final XmppSettings settings;
  private final Owner owner;
  private final Thread keeper = Thread.ofVirtual().name("xmpp-keeper").unstarted(this::keep);
  private final Link.Listener listener =
      new Link.Listener() {
        @Override
        public void heard(Link heard, Stanza stanza) throws InterruptedException {
          owner.heard(heard, stanza);
        }

        @Override
        public void lost(Link lost, LinkFailure failure) {
          lose(lost, failure);
        }
      };

  private boolean on = true;
  private @Nullable Link link;
  private @Nullable LinkFailure loss;

  private Line(Platform.Host host, XmppSettings settings, Owner owner) {
    this.host = host;
    this.settings = settings;
    this.owner = owner;
  }

  /**
   * Logs in.
   *
   * @param password not kept
   */
  static Line open(
      Account account, String password, Platform.Host host, XmppSettings settings, Owner owner)
      throws LinkFailure, InterruptedException {
    Line line = new Line(host, settings, owner);
    line.take(Link.open(account, password, settings, line.listener));
    line.keeper.start();
    return line;
  }

  /** False: the line was closed meanwhile. */
  private synchronized boolean take(Link made) {
    if (!on) {
      return false;
    }
    link = made;
    loss = null;
    if (made.isLost()) {
      lose(made, LinkFailure.network("read ECONNRESET"));
    }
    notifyAll();
    return on;
  }

  private synchronized void lose(Link lost, LinkFailure failure) {
    if (on && lost == link) {
      link = null;
      loss = failure;
      notifyAll();
    }
  }

  synchronized boolean isOn() {
    return on;
  }

  /** The link; waits for one that is being made again. */
  synchronized Link link(Duration patience) throws PlatformFailure, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (on && link == null) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw PlatformFailure.passing("not connected");
      }
      wait(left);
    }
    if (link == null) {
      throw PlatformFailure.lasting("not connected");
    }
    return link;
  }

  private void keep() {
    try {
      int failures = 0;
      while (true) {
        long since = System.nanoTime();
        LinkFailure lost = awaitLoss();
        // A server that takes each login and then ends it is not to be called forever.
        if (System.nanoTime() - since > settings.reconnectMax().toNanos()) {
          failures = 0;
        }
        failures = remake(lost, failures);
      }
    } catch (LinkFailure last) {
      failed(last);
    } catch (RuntimeException e) {
      host.log().error("XMPP is not kept up", e);
      failed(LinkFailure.lasting(e.getClass().getSimpleName()));
    } catch (InterruptedException closed) {
      // Then nothing remains to be kept.
    }
  }

  private void failed(LinkFailure last) {
    synchronized (this) {
      on = false;
      notifyAll();
    }
    try {
      owner.failed(last);
    } catch (InterruptedException closed) {
      // Nobody is there to be told.
    }
  }

  /** Asks a quiet link now and then whether it still is one. */
  private LinkFailure awaitLoss() throws InterruptedException {
    while (true) {
      Link asked;
      synchronized (this) {
        if (loss == null) {
          wait(settings.pingInterval().toMillis());
        }
        if (loss != null) {
          return loss;
        }
        asked = link;
      }
      if (asked != null && !owner.isBehind() && !asked.isAlive(settings.pingInterval())) {
        asked.abandon();
        lose(asked, LinkFailure.network("read ETIMEDOUT"));
      }
    }
  }

  /**
   * Returns how many attempts have failed since a link was last good.
   *
   * @param failures of them that were before
   */
  private int remake(LinkFailure lost, int failures) throws LinkFailure, InterruptedException {
    long since = System.nanoTime();
    LinkFailure last = lost;
    if (!last.mayPass() || failures >= settings.reconnectAttempts()) {
      throw last;
    }
    owner.remaking(lost);
    for (int failed = failures; failed < settings.reconnectAttempts(); failed++) {
      Thread.sleep(pause(failed));
      try {
        Link made = open();
        bringBack(made, Duration.ofNanos(System.nanoTime() - since));
        return failed + 1;
      } catch (LinkFailure e) {
        last = e;
        if (!e.mayPass()) {
          break;
        }
      }
    }
    throw last;
  }

  private void bringBack(Link made, Duration away) throws InterruptedException {
    boolean taken = false;
    try {
      owner.remade(made, away);
      taken = take(made);
    } finally {
      if (!taken) {
        made.abandon();
      }
    }
    if (!taken) {
      throw new InterruptedException("closed meanwhile");
    }
  }

  private Link open() throws LinkFailure, InterruptedException {
    ObjectNode credentials = host.credentials();
    if (credentials == null) {
      throw LinkFailure.lasting("there are no credentials any more");
    }
    try {
      Account account = Account.of(credentials);
      return Link.open(account, credentials.path("password").asText(), settings, listener);
    } catch (PlatformFailure e) {
      throw LinkFailure.lasting(e.text());
    }
  }

  /** A random time, of up to twice as much each time. */
  private Duration pause(int failed) {
    long most =
        Math.min(
            settings.reconnectMax().toMillis(),
            settings.reconnectFirst().toMillis() << Math.min(failed, 20));
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most + 1));
  }

  /** Off, at once. Returns the link that was up: to be disconnected. */
  @Nullable Link off() {
    Link was;
    synchronized (this) {
      on = false;
      was = link;
      link = null;
      notifyAll();
    }
    keeper.interrupt();
    if (was != null) {
      was.end();
    }
    return was;
  }

  @Override
  public void close() {
    Link was = off();
    if (was != null) {
      Thread.ofVirtual().name("xmpp-close").start(was::disconnect);
    }
  }
}
