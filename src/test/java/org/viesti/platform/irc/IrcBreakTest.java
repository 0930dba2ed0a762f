package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.platform.PlatformFailure;
import org.viesti.testkit.Await;
import org.viesti.testkit.Ngircd;
import org.viesti.testkit.Shows;

/** What becomes of an actor whose connection breaks, or whose client does not keep up. */
class IrcBreakTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String[] SOON = {"reconnect.first", "1ms", "reconnect.max", "1ms"};
  private static final String[] NEVER = {"reconnect.first", "1h", "reconnect.max", "1h"};

  private static String broken(String why, String status, String condition) {
    return ("{'type':'connect','actor':{'type':'person','id':'jane@127.0.0.1','name':'jane'},"
            + "'error':'%s','object':{'type':'connect','status':'%s','condition':'%s'}}")
        .formatted(why, status, condition);
  }

  private static String lost(String why) {
    return broken(
        "Connection lost: " + why + ". Attempting automatic reconnection...",
        "reconnecting",
        "network");
  }

  private static String failed(String why, String condition) {
    return broken(
        "Connection failed: " + why + ". Manual reconnection required.", "failed", condition);
  }

  private static IrcPeer connected(ScriptedIrc server, IrcUser user) throws Exception {
    CompletableFuture<Void> job = user.start("connect", "");
    IrcPeer client = server.welcomed("jane");
    job.join();
    return client;
  }

  @Test
  void a_server_that_is_started_again_has_its_users_again(@TempDir Path folder) throws Exception {
    try (Ngircd server = Ngircd.in(folder, "Password = sesame");
        IrcUser jane =
            new IrcUser(
                "jane",
                server.port(),
                "reconnect.attempts",
                "1000",
                "reconnect.first",
                "100ms",
                "reconnect.max",
                "100ms")) {
      jane.with("sasl", false).with("password", "sesame");
      jane.connect();
      jane.join("#test");
      jane.join("#more");
      server.stop();
      JsonNode lost = jane.next("connect");
      assertThat(lost.path("error").asText()).startsWith("Connection lost: ");
      assertThat(lost.at("/object/status").asText()).isEqualTo("reconnecting");
      assertThat(jane.connected()).isTrue();
      assertThatThrownBy(() -> jane.say("#test", "x"))
          .isInstanceOfSatisfying(
              PlatformFailure.class, failure -> assertThat(failure.mayPass()).isTrue());
      server.start();
      jane.hears(
          "{'type':'update','actor':{'type':'service','id':'127.0.0.1'},"
              + "'target':{'type':'person','id':'jane@127.0.0.1','name':'jane'},"
              + "'object':{'type':'presence','presence':'online'}}");
      jane.say("#test", "back again");
      try (IrcPeer bob = new IrcPeer(new Socket("127.0.0.1", server.port()))) {
        bob.says("PASS sesame", "NICK bob", "USER bob 8 * :bob", "JOIN #test", "JOIN #more");
        assertThat(bob.hears(" 353 ")).contains("jane");
        assertThat(bob.hears(" 353 ")).contains("jane");
        jane.next("join");
        jane.say("#test", "hello bob");
        assertThat(bob.hears("PRIVMSG")).endsWith("hello bob");
      }
    }
  }

  @Test
  @Shows("gateway.platforms.irc.reconnect.attempts")
  void a_server_that_does_not_come_back_is_given_up() throws Exception {
    for (int attempts : new int[] {0, 1, 3}) {
      ScriptedIrc server = new ScriptedIrc();
      try (IrcUser jane =
          new IrcUser(
              "jane",
              server.port(),
              "reconnect.attempts",
              String.valueOf(attempts),
              SOON[0],
              SOON[1],
              SOON[2],
              SOON[3])) {
        IrcPeer client = connected(server, jane);
        server.close();
        client.says("ERROR :Going down");
        client.close();
        if (attempts == 0) {
          jane.hears(failed("Going down", "network"));
        } else {
          jane.hears(lost("Going down"), failed("error connecting to server.", "network"));
        }
        assertThat(jane.asked).hasValue(attempts);
        assertThat(jane.connected()).isFalse();
      }
    }
  }

  @Test
  @Shows({"gateway.platforms.irc.reconnect.first", "gateway.platforms.irc.reconnect.max"})
  void attempts_become_rarer() {
    IrcSettings settings =
        IrcSettings.of(IrcUser.settings("reconnect.first", "3s", "reconnect.max", "20s"));
    assertThat(settings.pause(1, 1)).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.pause(2, 1)).isEqualTo(Duration.ofSeconds(6));
    assertThat(settings.pause(2, 0.5)).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.pause(4, 1)).isEqualTo(Duration.ofSeconds(20));
    assertThat(settings.pause(1000, 1)).isEqualTo(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @CsvSource({
    "reconnect.max, 999ms, at least reconnect.first",
    "reconnect.first, 2h, 1ms to 1h",
    "reconnect.attempts, 1001, 0 to 1000",
    "event-queue, 0, 1 to 100000",
    "connect-timeout, 51s, 1ms to 50s",
    "answer-timeout, 51s, 1ms to 50s"
  })
  void a_wrong_setting_is_refused_by_its_name(String key, String value, String why) {
    assertThatThrownBy(() -> IrcSettings.of(IrcUser.settings(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti.gateway.platforms.irc." + key)
        .hasMessageContaining(why);
  }

  @Test
  void a_login_that_is_refused_is_not_repeated() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), SOON)) {
      IrcPeer client = connected(server, jane);
      client.close();
      IrcPeer next = server.client();
      next.hears("NICK");
      next.says(":irc 464 * :Password incorrect");
      jane.hears(
          lost("connection to server closed."),
          failed("unable to connect to server: bad password", "not-authorized"));
      assertThat(jane.asked).hasValue(1);
      assertThat(jane.connected()).isFalse();
    }
  }

  @Test
  void all_that_a_server_said_is_told_before_its_end() throws Exception {
    int lines = 5000;
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), "reconnect.attempts", "0")) {
      IrcPeer client = connected(server, jane);
      String all = ":ann!a@h PRIVMSG #a :x\r\n".repeat(lines) + "ERROR :The last words";
      client.says(all);
      client.close();
      for (int i = 0; i < lines; i++) {
        assertThat(jane.next().path("type").asText()).isEqualTo("send");
      }
      jane.hears(failed("The last words", "network"));
    }
  }

  @Test
  void without_credentials_nothing_is_tried() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), SOON)) {
      IrcPeer client = connected(server, jane);
      jane.credentials = null;
      client.close();
      jane.hears(
          lost("connection to server closed."),
          failed("there are no credentials any more", "not-authorized"));
    }
  }

  @Test
  void a_nick_that_the_server_still_holds_is_asked_for_again() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), SOON)) {
      connected(server, jane).close();
      IrcPeer next = server.client();
      next.hears("NICK");
      next.says(":irc 433 * jane :In use");
      server.welcomed("jane");
      jane.hears(lost("connection to server closed."));
      assertThat(jane.next().at("/object/presence").asText()).isEqualTo("online");
      assertThat(jane.asked).hasValue(2);
    }
  }

  @Test
  void a_job_fails_when_the_connection_breaks() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), NEVER)) {
      IrcPeer client = connected(server, jane);
      CompletableFuture<Void> job = jane.start("send", IrcUser.person("bob") + "," + hello());
      client.hears("PRIVMSG bob :hello");
      client.close();
      assertThatThrownBy(job::join).hasMessageEndingWith("connection to server closed.");
    }
  }

  private static String hello() {
    return IrcUser.message("hello");
  }

  @Test
  void a_connect_does_not_wait_for_the_next_attempt() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), NEVER)) {
      connected(server, jane).close();
      jane.hears(lost("connection to server closed."));
      IrcPeer client = connected(server, jane);
      CompletableFuture<Void> job = jane.start("send", IrcUser.person("bob") + "," + hello());
      client.hears("PRIVMSG bob :hello");
      ScriptedIrc.pong(client);
      job.join();
    }
  }

  @Test
  void a_disconnect_ends_the_attempts() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), NEVER)) {
      connected(server, jane).close();
      jane.hears(lost("connection to server closed."));
      jane.run("disconnect", "");
      assertThat(jane.connected()).isFalse();
    }
  }

  @Test
  void what_is_closed_ends_at_once_also_while_a_job_runs() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port())) {
      IrcPeer client = connected(server, jane);
      CompletableFuture<Void> job = jane.start("send", IrcUser.person("bob") + "," + hello());
      client.hears("PRIVMSG bob :hello");
      jane.end();
      assertThatThrownBy(job::join).hasMessageContaining("connection to server closed.");
      assertThat(client.hears("QUIT")).isEqualTo("QUIT");
      assertThatThrownBy(client::line).isInstanceOf(IOException.class);
      Await.until(PATIENCE, () -> "threads of Kitteh are left", () -> kittehs("jane") == 0);
    }
  }

  @Test
  void what_is_closed_ends_at_once_also_while_it_connects() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port())) {
      CompletableFuture<Void> job = jane.start("connect", "");
      IrcPeer client = server.client();
      client.hears("NICK");
      jane.end();
      assertThat(job.handle((done, failure) -> failure).get(5, TimeUnit.SECONDS)).isNotNull();
      client.hears("QUIT");
    }
  }

  @Test
  void nothing_is_left_of_connects_that_failed() throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser ghost = new IrcUser("ghost", server.port())) {
      server.close();
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(ghost::connect).hasMessage("error connecting to server.");
      }
      Await.until(PATIENCE, () -> "threads of Kitteh are left", () -> kittehs("ghost") == 0);
    }
  }

  private static long kittehs(String nick) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("KICL"))
        .filter(thread -> thread.getName().contains("(" + nick + "@"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({"10, false", "100000, true"})
  @Shows("gateway.platforms.irc.event-queue")
  void a_server_is_not_read_past_a_client_that_does_not_keep_up(String queue, boolean read)
      throws Exception {
    int lines = 60_000;
    String text = "x".repeat(380);
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port(), "event-queue", queue)) {
      IrcPeer client = connected(server, jane);
      jane.keepsUp.drainPermits();
      AtomicInteger written = new AtomicInteger();
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      OutputStream out = client.socket().getOutputStream();
                      for (int i = 0; i < lines; i++) {
                        String line = ":ann!a@h PRIVMSG #a :" + i + " " + text + "\r\n";
                        out.write(line.getBytes(StandardCharsets.UTF_8));
                        written.incrementAndGet();
                      }
                    } catch (IOException closed) {
                      // as the count shows
                    }
                  });
      AtomicInteger before = new AtomicInteger(-1);
      if (read) {
        Await.until(PATIENCE, () -> "read only " + written, () -> written.get() == lines);
      } else {
        // It goes no further when it can be seen twice at one place.
        Await.until(
            Duration.ofSeconds(30),
            () -> "still read",
            () -> {
              Thread.sleep(500);
              return before.getAndSet(written.get()) == written.get();
            });
        assertThat(written.get()).isLessThan(lines);
      }
      jane.keepsUp.release(lines);
      for (int i = 0; i < lines; i++) {
        assertThat(jane.next().at("/object/content").asText()).startsWith(i + " ");
      }
      writer.join();
    }
  }
}
