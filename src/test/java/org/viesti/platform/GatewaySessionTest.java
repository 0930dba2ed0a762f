package org.viesti.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.security.SecretBox;
import org.viesti.testkit.Await;
import org.viesti.testkit.LabPlatform;
import org.viesti.testkit.Shows;

/** A session's jobs, as a connection sees them. */
@Timeout(120)
class GatewaySessionTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  /** A connection, by hand. */
  private static final class Client {
    final TestNode node;
    final String session;
    final String link;
    final SecretBox box;
    final TestProbe<GatewaySessions.News> probe;
    final List<GatewaySessions.Entry> unread = new ArrayList<>();
    @Nullable String offset;
    long given;

    Client(TestNode node, String session, String link, @Nullable String offset) {
      this.node = node;
      this.session = session;
      this.link = link;
      this.box = node.gateway().key(session).toCompletableFuture().join().orElseThrow();
      this.probe = TestProbe.create(node.system());
      this.offset = offset;
      node.gateway().attach(session, probe.getRef(), link, offset);
      probe.expectMessageClass(GatewaySessions.Attached.class, Duration.ofSeconds(10));
    }

    static Client fresh(TestNode node) {
      String session = node.gateway().newId();
      node.gateway().create(session).toCompletableFuture().join();
      return new Client(node, session, "first", null);
    }

    void ask(String... jobs) {
      askOf("dummy", jobs);
    }

    void password(String actor, String password) {
      byte[] sealed = Credentials.seal(json("{'password':'" + password + "'}"), box);
      give(List.of(new Item("lab", actor, true, sealed)));
    }

    void askOf(String platform, String... jobs) {
      List<Item> items = new ArrayList<>();
      for (String job : jobs) {
        Activity request = new Activity(platform, json(job));
        items.add(
            new Item(
                platform,
                request.actorId(),
                false,
                Envelope.request(link, 1, "C", false, request).seal(box)));
      }
      give(items);
    }

    private void give(List<Item> items) {
      node.gateway().give(session, link, given + 1, items);
      given += items.size();
    }

    Envelope next() {
      while (unread.isEmpty()) {
        switch (probe.receiveMessage(Duration.ofSeconds(10))) {
          case GatewaySessions.Told(var entries) -> unread.addAll(entries);
          case GatewaySessions.Taken _ -> {}
          case GatewaySessions.News other -> throw new AssertionError(other);
        }
      }
      GatewaySessions.Entry entry = unread.removeFirst();
      offset = entry.offset();
      node.gateway().took(session, link, entry.number());
      return Envelope.open(entry.sealed(), box);
    }

    List<String> contents(int count) {
      return IntStream.range(0, count)
          .mapToObj(i -> String.valueOf(next().activity().text("object", "content")))
          .toList();
    }
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String job(String verb, String actor, Object content) {
    return "{'type':'%s','actor':{'id':'%s','type':'person'},'object':{'type':'message','content':'%s'}}"
        .formatted(verb, actor, content);
  }

  private static String[] echoes(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> job("echo", "jane", i)).toArray(String[]::new);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  @Test
  void jobs_are_done_and_their_outcomes_told_in_order() {
    try (TestNode node = TestNode.start(folder)) {
      Client client = Client.fresh(node);
      client.ask(echoes(0, 500));
      assertThat(client.contents(500)).isEqualTo(numbers(0, 500));
      client.ask(job("fail", "jane", "no"), job("throw", "jane", "boo"));
      assertThat(client.next().error()).isEqualTo("Error: no");
      assertThat(client.next().error()).isEqualTo("Error: boo");
      client.probe.expectNoMessage(Duration.ofMillis(100));
    }
  }

  @Test
  void a_crash_fails_its_job_alone() {
    try (TestNode node = TestNode.start(folder)) {
      Client client = Client.fresh(node);
      client.ask(job("throwTypeError", "jane", ""), job("echo", "jane", "after"));
      assertThat(client.next().error()).isEqualTo("TypeError: dummy type error");
      assertThat(client.contents(1)).containsExactly("after");
    }
  }

  @Test
  void what_is_given_again_is_done_once() {
    try (TestNode node = TestNode.start(folder)) {
      Client client = Client.fresh(node);
      client.ask(echoes(0, 3));
      client.given = 1;
      client.ask(echoes(1, 5));
      assertThat(client.contents(5)).isEqualTo(numbers(0, 5));
      client.probe.expectNoMessage(Duration.ofMillis(100));
    }
  }

  @Test
  @Shows("gateway.keep")
  void a_client_that_was_cut_off_hears_what_it_missed() {
    try (TestNode node = TestNode.start(folder, "gateway.keep", 5)) {
      Client client = Client.fresh(node);
      client.ask(echoes(0, 10));
      assertThat(client.contents(7)).isEqualTo(numbers(0, 7));
      String heard = client.offset;
      assertThat(client.contents(3)).isEqualTo(numbers(7, 10)); // which never arrive there
      node.gateway().detach(client.session, client.link, false);
      Client back = new Client(node, client.session, "second", heard);
      assertThat(back.contents(3)).isEqualTo(numbers(7, 10));
      Client late = new Client(node, client.session, "third", null);
      assertThat(late.contents(5)).isEqualTo(numbers(5, 10));
    }
  }

  @Test
  @Shows("gateway.grace")
  void a_session_whose_client_stays_away_leaves_nothing() throws Exception {
    try (TestNode node = TestNode.start(folder, "gateway.grace", "300ms")) {
      Client client = Client.fresh(node);
      client.ask(echoes(0, 3));
      client.contents(3);
      node.gateway().detach(client.session, client.link, false);
      Await.until(
          Duration.ofSeconds(10),
          () -> "its key is still there",
          () -> node.gateway().key(client.session).toCompletableFuture().join().isEmpty());
      Await.until(
          Duration.ofSeconds(10),
          () -> "its log is still there",
          () -> rows(node, client.session) == 0);
    }
  }

  private static long rows(TestNode node, String session) throws Exception {
    try (var connection = node.database.connect();
        var q =
            connection.prepareStatement(
                "select count(*) from \"event_journal\" where \"persistence_id\" = ?")) {
      q.setString(1, "gateway/" + session);
      try (var r = q.executeQuery()) {
        r.next();
        return r.getLong(1);
      }
    }
  }

  @Test
  void credentials_are_used_as_they_were_given_last_and_a_refused_login_leaves_nothing() {
    try (TestNode node = TestNode.start(folder)) {
      Client client = Client.fresh(node);
      client.askOf("lab", job("say", "ann", "too early"), job("connect", "ann", ""));
      assertThat(client.next().error()).isEqualTo("say called on uninitialized platform");
      assertThat(client.next().error()).isEqualTo("credentials not found for lab:ann");
      client.password("ann", "bad");
      client.askOf("lab", job("connect", "ann", ""));
      assertThat(client.next().error()).isEqualTo("wrong password");
      assertThat(LabPlatform.OPEN_SESSIONS).hasValue(0);
      client.password("ann", "good");
      client.askOf("lab", job("connect", "ann", ""), job("say", "ann", "hello"));
      assertThat(client.next().error()).isNull();
      assertThat(client.next().error()).isNull();
      client.password("ann", "bad again");
      client.askOf("lab", job("connect", "ann", ""), job("say", "ann", "hello"));
      assertThat(client.next().error()).isEqualTo("wrong password");
      assertThat(client.next().error()).isEqualTo("say called on uninitialized platform");
    }
    assertThat(LabPlatform.OPEN_SESSIONS).hasValue(0);
  }

  @Test
  void the_same_actor_of_two_clients_is_two() {
    try (TestNode node = TestNode.start(folder)) {
      Client one = Client.fresh(node);
      Client other = Client.fresh(node);
      one.password("ann", "good");
      one.askOf("lab", job("connect", "ann", ""), job("tell", "ann", 3));
      assertThat(one.next().error()).isNull();
      other.askOf("lab", job("connect", "ann", ""), job("say", "ann", "hello"));
      assertThat(other.next().error()).isEqualTo("credentials not found for lab:ann");
      assertThat(other.next().error()).isEqualTo("say called on uninitialized platform");
      assertThat(one.contents(4)).contains("event 0", "event 1", "event 2");
      other.probe.expectNoMessage(Duration.ofMillis(100));
    }
  }

  @Test
  @Shows({"gateway.retry.tries", "gateway.retry.first", "gateway.retry.max"})
  void what_may_pass_is_tried_again_a_few_times() {
    try (TestNode node =
        TestNode.start(
            folder,
            "gateway.retry.tries",
            4,
            "gateway.retry.first",
            "100ms",
            "gateway.retry.max",
            "200ms")) {
      Client client = Client.fresh(node);
      long start = System.nanoTime();
      client.askOf("labs", job("flaky", "a", "4 times"));
      assertThat(client.next().error()).isNull();
      assertThat(LabPlatform.tries("4 times")).isEqualTo(5);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(700), Duration.ofMillis(1_400)); // 100, 200, 200 and 200
      client.askOf("labs", job("flaky", "a", "5 times"), job("refuse", "a", "for good"));
      assertThat(client.next().error()).isEqualTo("not now");
      assertThat(LabPlatform.tries("5 times")).isEqualTo(5);
      assertThat(client.next().error()).isEqualTo("never");
      assertThat(LabPlatform.tries("for good")).isEqualTo(1);
    }
  }

  @Test
  @Shows("gateway.jobs-at-once")
  void so_many_jobs_of_an_actor_are_done_at_once_where_it_has_no_session_of_its_own() {
    try (TestNode node = TestNode.start(folder, "gateway.jobs-at-once", 3)) {
      Client client = Client.fresh(node);
      client.askOf("labs", job("enter", "a", 1), job("enter", "a", 2), job("enter", "a", 3));
      client.askOf("labs", job("enter", "a", 4), job("enter", "b", 5));
      Await.until(
          Duration.ofSeconds(10),
          () -> LabPlatform.INSIDE + " are at it",
          () -> LabPlatform.INSIDE.get() == 4); // three of a, and b's
      LabPlatform.DOOR.release(5);
      assertThat(client.contents(5)).containsSubsequence("1", "2", "3", "4").contains("5");
    }
  }

  @Test
  @Shows("gateway.job-timeout")
  void a_job_that_hangs_fails_and_its_session_is_replaced() {
    try (TestNode node = TestNode.start(folder, "gateway.job-timeout", "300ms")) {
      Client client = Client.fresh(node);
      client.ask(job("hang", "jane", ""), job("echo", "jane", "after"));
      assertThat(client.next().error()).isEqualTo("timeout reached for hang job");
      assertThat(client.contents(1)).containsExactly("after");
      client.password("ann", "good");
      client.askOf(
          "lab", job("connect", "ann", ""), job("enter", "ann", ""), job("say", "ann", ""));
      assertThat(client.next().error()).isNull();
      assertThat(client.next().error()).isEqualTo("timeout reached for enter job");
      assertThat(client.next().error()).isEqualTo("say called on uninitialized platform");
    }
  }

  @Test
  @Shows("gateway.max-platform-sessions")
  void no_more_actors_are_connected_than_a_node_may_have() {
    try (TestNode node = TestNode.start(folder, "gateway.max-platform-sessions", 1)) {
      Client client = Client.fresh(node);
      client.password("ann", "good");
      client.password("bob", "good");
      client.askOf("lab", job("connect", "ann", ""));
      assertThat(client.next().error()).isNull();
      client.askOf("lab", job("connect", "bob", ""));
      assertThat(client.next().error())
          .isEqualTo("platform instance limit reached (1); cannot start new lab instance");
    }
  }

  @Test
  @Shows("gateway.off")
  void a_platform_that_is_off_does_nothing() {
    try (TestNode node = TestNode.start(folder, "gateway.off", List.of("dummy"))) {
      Client client = Client.fresh(node);
      client.ask(echoes(0, 1));
      assertThat(client.next().error()).isEqualTo("no platform dummy on this node");
    }
  }

  @Test
  void a_platform_waits_for_a_client_that_does_not_keep_up() {
    try (TestNode node = TestNode.start(folder, "gateway.window", 10)) {
      Client client = Client.fresh(node);
      client.password("ann", "good");
      LabPlatform.TOLD.set(0);
      client.askOf("lab", job("connect", "ann", ""), job("tell", "ann", 100));
      Await.until(
          Duration.ofSeconds(10),
          () -> LabPlatform.TOLD + " were told",
          () -> LabPlatform.TOLD.get() == 10);
      assertThat(client.contents(102)).contains("event 0", "event 99");
      assertThat(LabPlatform.TOLD).hasValue(100);
    }
  }

  @Test
  @Shows("gateway.snapshot-every")
  void a_session_that_lives_long_keeps_its_log_short() throws Exception {
    try (TestNode node = TestNode.start(folder, "gateway.snapshot-every", 10)) {
      Client client = Client.fresh(node);
      for (int i = 0; i < 50; i++) {
        client.ask(echoes(i, i + 1));
        client.contents(1);
      }
      Await.until(
          Duration.ofSeconds(10), () -> "its log is long", () -> rows(node, client.session) <= 20);
      Client back = new Client(node, client.session, "second", client.offset);
      back.ask(echoes(50, 51));
      assertThat(back.contents(1)).containsExactly("50");
    }
  }
}
