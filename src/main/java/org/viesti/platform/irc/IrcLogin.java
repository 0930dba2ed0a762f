package org.viesti.platform.irc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.viesti.platform.PlatformFailure;

/**
 * One login, from the call to the server's welcome (001). Kitteh says {@code CAP LS}, USER and
 * NICK; this says the rest. One nick is tried.
 *
 * <pre>
 * CAP LS ─ sasl or server-time offered ─ CAP REQ ─ ACK ─┬─ AUTHENTICATE ... 903 ─┬─ CAP END ─ 001
 *    └──────────────── neither is wanted ───────────────┴─── without sasl ───────┘
 * </pre>
 */
final class IrcLogin {
  private static final String SASL = "sasl";

  /** Whoever knows it says in a tag when something happened. */
  private static final String TIME = "server-time";

  /** Most of a secret in one line (IRCv3 SASL 3.1). */
  private static final int CHUNK = 400;

  private final IrcCredentials credentials;
  private final Consumer<String> wire;
  private final List<String> offered = new ArrayList<>();
  private final CompletableFuture<Void> welcome = new CompletableFuture<>();
  private boolean loggedIn;

  /**
   * @param wire takes a line to the server
   */
  IrcLogin(IrcCredentials credentials, Consumer<String> wire) {
    this.credentials = credentials;
    this.wire = wire;
  }

  /** The server would say no again. */
  static PlatformFailure refused(String why) {
    return PlatformFailure.lasting("unable to connect to server: " + why);
  }

  /** It may say yes later. */
  private static PlatformFailure unable(String why) {
    return PlatformFailure.passing("unable to connect to server: " + why);
  }

  /** Before Kitteh's own lines. */
  void begin() {
    if (credentials.login() == IrcCredentials.Login.PASS) {
      wire.accept("PASS :" + credentials.secret());
    }
  }

  /** Waits for the welcome. A failure that may pass is none of the credentials'. */
  void await(Duration most) throws PlatformFailure, InterruptedException {
    try {
      welcome.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw PlatformFailure.passing("connection timeout to server.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PlatformFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Takes a line; true: it is the welcome. */
  boolean heed(IrcLine line) {
    switch (line.command()) {
      case "CAP" -> capabilities(line);
      case "AUTHENTICATE" -> authenticate(line.parameter(0));
      case "903" -> {
        loggedIn = true;
        wire.accept("CAP END");
      }
      case "902", "904", "905", "906", "907" -> fail(refused("sasl authentication failed"));
      case "431", "432", "433", "436", "437", "484" -> fail(unable("nicknames unavailable"));
      case "464" -> fail(refused("bad password"));
      case "KILL" -> fail(unable("killed"));
      case "ERROR" -> fail(error(line.text()));
      case "001" -> {
        if (credentials.login().isSasl() && !loggedIn) {
          fail(refused("missing required capabilities"));
          return false;
        }
        return true;
      }
      default -> {
        // the server's small talk
      }
    }
    return false;
  }

  /** Once the welcome is seen to. */
  void done() {
    welcome.complete(null);
  }

  /**
   * The connection is gone.
   *
   * @param made whether it had come about, TLS and all
   */
  void ended(boolean made) {
    fail(made ? unable("socket ended") : PlatformFailure.passing("error connecting to server."));
  }

  void fail(PlatformFailure failure) {
    welcome.completeExceptionally(failure);
  }

  /** Some servers say only in these words that a password is wrong. */
  private static PlatformFailure error(String text) {
    return text.toLowerCase(Locale.ROOT).contains("password")
        ? refused("bad password")
        : unable(text);
  }

  private void capabilities(IrcLine line) {
    boolean sasl = credentials.login().isSasl();
    switch (line.parameter(1)) {
      case "LS" -> {
        for (String capability : line.text().split(" ")) {
          offered.add(capability.split("=")[0]);
        }
        if (!line.parameter(2).equals("*")) {
          request(sasl);
        }
      }
      case "ACK" -> {
        if (sasl) {
          wire.accept("AUTHENTICATE " + credentials.login());
        } else {
          wire.accept("CAP END");
        }
      }
      case "NAK" -> {
        if (sasl) {
          fail(refused("missing required capabilities"));
        } else {
          wire.accept("CAP END");
        }
      }
      default -> {
        // what comes and goes later
      }
    }
  }

  private void request(boolean sasl) {
    if (sasl && !offered.contains(SASL)) {
      fail(refused("missing required capabilities"));
      return;
    }
    List<String> wanted = new ArrayList<>();
    if (sasl) {
      wanted.add(SASL);
    }
    if (offered.contains(TIME)) {
      wanted.add(TIME);
    }
    wire.accept(wanted.isEmpty() ? "CAP END" : "CAP REQ :" + String.join(" ", wanted));
  }

  private void authenticate(String asked) {
    if (!asked.equals("+")) {
      // Why OAUTHBEARER failed: taken, so that the server ends it (RFC 7628 §3.2.3).
      wire.accept("AUTHENTICATE AQ==");
      return;
    }
    String secret = Base64.getEncoder().encodeToString(response().getBytes(StandardCharsets.UTF_8));
    for (int at = 0; at < secret.length(); at += CHUNK) {
      wire.accept("AUTHENTICATE " + secret.substring(at, Math.min(at + CHUNK, secret.length())));
    }
    if (secret.length() % CHUNK == 0) {
      wire.accept("AUTHENTICATE +");
    }
  }

  /** RFC 4616 §2, RFC 7628 §3.1. */
  private String response() {
    String user = credentials.username();
    if (credentials.login() == IrcCredentials.Login.PLAIN) {
      return user + "\0" + user + "\0" + credentials.secret();
    }
    return "n,a=%s,\1host=%s\1port=%d\1auth=Bearer %s\1\1"
        .formatted(user, credentials.server(), credentials.port(), credentials.secret());
  }
}
