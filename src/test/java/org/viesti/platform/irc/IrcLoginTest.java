package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.testkit.Authority;
import org.viesti.testkit.MosquittoBroker;
import org.viesti.testkit.Ngircd;
import org.viesti.testkit.Shows;

/** How an actor logs in, and why it may not. */
class IrcLoginTest {
  private ScriptedIrc server;
  private IrcUser jane;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedIrc();
    jane = new IrcUser("jane", server.port());
  }

  @AfterEach
  void close() throws Exception {
    jane.close();
    server.close();
  }

  private static String in64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void without_a_secret_nothing_is_asked_for() throws Exception {
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    assertThat(client.line()).isEqualTo("CAP LS 302");
    assertThat(client.line()).isEqualTo("USER jane 8 * :jane");
    assertThat(client.line()).isEqualTo("NICK jane");
    client.says(":irc CAP * LS * :sasl=PLAIN,EXTERNAL", ":irc CAP * LS :multi-prefix server-time");
    assertThat(client.line()).isEqualTo("CAP REQ :server-time");
    client.says(":irc CAP jane ACK :server-time");
    assertThat(client.line()).isEqualTo("CAP END");
    client.says(":irc 001 jane :Welcome");
    job.join();
    assertThat(jane.connected()).isTrue();
  }

  @Test
  void a_server_that_knows_no_capabilities_will_do() throws Exception {
    jane.with("username", "doe");
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    assertThat(client.hears("USER")).isEqualTo("USER doe 8 * :jane");
    client.says(":irc 421 * CAP :Unknown command", ":irc 001 jane :Welcome");
    job.join();
  }

  @ParameterizedTest
  @CsvSource({"password, jane", "token, jane", "password, doe"})
  void a_secret_goes_by_sasl_plain(String kind, String username) throws Exception {
    jane.with(kind, "se same").with("username", username);
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    assertThat(client.line()).isEqualTo("CAP LS 302");
    client.says(":irc CAP * LS :sasl=PLAIN");
    client.hears("CAP REQ :sasl");
    client.says(":irc CAP * ACK :sasl");
    assertThat(client.line()).isEqualTo("AUTHENTICATE PLAIN");
    client.says("AUTHENTICATE +");
    assertThat(client.line())
        .isEqualTo("AUTHENTICATE " + in64(username + "\0" + username + "\0se same"));
    client.says(":irc 900 jane jane!j@h jane :You are now logged in", ":irc 903 jane :Done");
    assertThat(client.line()).isEqualTo("CAP END");
    client.says(":irc 001 jane :Welcome");
    job.join();
  }

  @Test
  void a_token_goes_by_oauthbearer_in_pieces() throws Exception {
    // 600 characters in base64, and then 800, whose end has to be said.
    for (int length : new int[] {400, 549}) {
      String token = "t".repeat(length);
      jane.with("token", token).with("saslMechanism", "OAUTHBEARER");
      CompletableFuture<Void> job = jane.start("connect", "");
      IrcPeer client = server.client();
      client.hears("CAP LS 302");
      client.says(":irc CAP * LS :sasl");
      client.hears("CAP REQ :sasl");
      client.says(":irc CAP * ACK :sasl");
      client.hears("AUTHENTICATE OAUTHBEARER");
      client.says("AUTHENTICATE +");
      StringBuilder all = new StringBuilder();
      String piece = client.line();
      while (piece.length() == "AUTHENTICATE ".length() + 400) {
        all.append(piece.substring("AUTHENTICATE ".length()));
        piece = client.line();
      }
      if (!piece.endsWith(" +")) {
        all.append(piece.substring("AUTHENTICATE ".length()));
      }
      assertThat(all.length() % 400 == 0).isEqualTo(piece.endsWith(" +"));
      assertThat(new String(Base64.getDecoder().decode(all.toString()), StandardCharsets.UTF_8))
          .isEqualTo(
              "n,a=jane,\1host=127.0.0.1\1port=%d\1auth=Bearer %s\1\1"
                  .formatted(server.port(), token));
      client.says("AUTHENTICATE " + in64("{\"status\":\"invalid_token\"}"));
      assertThat(client.line()).isEqualTo("AUTHENTICATE AQ==");
      client.says(":irc 904 jane :No");
      assertThatThrownBy(job::join)
          .hasMessageEndingWith("unable to connect to server: sasl authentication failed");
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"902", "904", "905", "906", "907"})
  void a_refused_secret_is_said(String numeric) throws Exception {
    jane.with("password", "wrong");
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    client.hears("CAP LS 302");
    client.says(":irc CAP * LS :sasl");
    client.hears("CAP REQ :sasl");
    client.says(":irc CAP * ACK :sasl", "AUTHENTICATE +", ":irc " + numeric + " jane :No");
    assertThatThrownBy(job::join)
        .hasMessageEndingWith("unable to connect to server: sasl authentication failed");
    assertThat(jane.connected()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"':irc CAP * LS :multi-prefix'", "':irc 001 jane :Welcome'"})
  void a_secret_that_the_server_does_not_want_is_said(String answer) throws Exception {
    jane.with("password", "sesame");
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    client.hears("NICK");
    client.says(answer);
    assertThatThrownBy(job::join)
        .hasMessageEndingWith("unable to connect to server: missing required capabilities");
  }

  @ParameterizedTest
  @CsvSource({
    "':irc 431 * :No nick', nicknames unavailable",
    "':irc 432 * jane :Erroneous', nicknames unavailable",
    "':irc 433 * jane :In use', nicknames unavailable",
    "':irc 436 * jane :Collision', nicknames unavailable",
    "':irc 437 * jane :Unavailable', nicknames unavailable",
    "':irc 484 * :Restricted', nicknames unavailable",
    "':irc 464 * :Password incorrect', bad password",
    "'ERROR :Access denied: Bad password?', bad password",
    "':irc KILL jane :no', killed",
    "'ERROR :Too many connections', Too many connections"
  })
  void a_server_that_says_no_is_quoted(String line, String why) throws Exception {
    CompletableFuture<Void> job = jane.start("connect", "");
    IrcPeer client = server.client();
    client.hears("NICK");
    client.says(line);
    assertThatThrownBy(job::join).hasMessageEndingWith("unable to connect to server: " + why);
    assertThat(jane.connected()).isFalse();
    // One nick only was tried, and the next attempt can do better.
    CompletableFuture<Void> again = jane.start("connect", "");
    server.welcomed("jane");
    again.join();
    assertThat(jane.connected()).isTrue();
    assertThat(jane.told).isEmpty();
  }

  @Test
  void a_server_that_hangs_up_or_is_not_there_is_said() throws Exception {
    CompletableFuture<Void> job = jane.start("connect", "");
    server.client().close();
    assertThatThrownBy(job::join).hasMessageEndingWith("unable to connect to server: socket ended");
    jane.with("port", MosquittoBroker.freePort());
    assertThatThrownBy(jane::connect).hasMessage("error connecting to server.");
    jane.with("server", "no.such.host.invalid");
    assertThatThrownBy(jane::connect).hasMessage("error connecting to server.");
    jane.with("port", 70_000);
    assertThatThrownBy(jane::connect).hasMessage("error connecting to server.");
  }

  @ParameterizedTest
  @CsvSource({"nick", "username", "password", "server"})
  void a_line_s_end_in_credentials_is_refused(String key) {
    jane.with(key, "x\r\nQUIT");
    assertThatThrownBy(jane::connect).hasMessage("IRC values must not contain CR or LF characters");
  }

  @Test
  @Shows("gateway.platforms.irc.connect-timeout")
  void a_server_that_says_nothing_is_given_up() throws Exception {
    try (IrcUser ann = new IrcUser("ann", server.port(), "connect-timeout", "100ms")) {
      assertThatThrownBy(ann::connect).hasMessage("connection timeout to server.");
    }
  }

  // A real server.

  @Test
  void a_server_s_password_is_told_if_sasl_is_not_to_be(@TempDir Path folder) throws Exception {
    try (Ngircd real = Ngircd.in(folder, "Password = sesame");
        IrcUser ann = new IrcUser("ann", real.port())) {
      ann.with("sasl", false).with("password", "wrong");
      assertThatThrownBy(ann::connect).hasMessage("unable to connect to server: bad password");
      assertThat(ann.connected()).isFalse();
      ann.with("password", "sesame");
      ann.connect();
      assertThat(ann.connected()).isTrue();
    }
  }

  @Test
  void a_certificate_that_nobody_knows_is_refused_unless_any_will_do(@TempDir Path folder)
      throws Exception {
    Authority.Client own = Authority.in(folder, "Ed25519").client("irc", "CN=irc.viesti.test");
    int port = MosquittoBroker.freePort();
    try (Ngircd real = secured(folder, own, port);
        IrcUser ann = new IrcUser("ann", port)) {
      ann.with("secure", true);
      assertThatThrownBy(ann::connect).hasMessage("error connecting to server.");
      assertThat(ann.connected()).isFalse();
      ann.with("allowInvalidCert", true);
      ann.connect();
      ann.join("#safe");
      ann.say("#safe", "sealed");
    }
  }

  @ParameterizedTest
  @CsvSource({"ip:127.0.0.1, true", "ip:127.0.0.2, false", "dns:irc.viesti.test, false"})
  void a_certificate_is_the_server_s(String name, boolean good, @TempDir Path folder)
      throws Exception {
    Authority authority = Authority.in(folder, "Ed25519");
    Authority.Client own = authority.client("irc", "CN=127.0.0.1", "san=" + name);
    int port = MosquittoBroker.freePort();
    try (Ngircd real = secured(folder, own, port);
        IrcUser ann = new IrcUser("ann", port)) {
      ann.with("secure", true);
      System.setProperty("javax.net.ssl.trustStore", authority.store().toString());
      System.setProperty("javax.net.ssl.trustStorePassword", Authority.PASSWORD);
      if (good) {
        ann.connect();
        assertThat(ann.connected()).isTrue();
      } else {
        assertThatThrownBy(ann::connect).hasMessage("error connecting to server.");
      }
    } finally {
      System.clearProperty("javax.net.ssl.trustStore");
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
  }

  private static Ngircd secured(Path folder, Authority.Client own, int port) throws Exception {
    return Ngircd.in(
        folder,
        "[SSL]",
        "CertFile = " + own.certificate(),
        "KeyFile = " + own.key(),
        "Ports = " + port);
  }
}
