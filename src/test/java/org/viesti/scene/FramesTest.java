package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;
import static org.viesti.scene.Stage.code;
import static org.viesti.scene.Stage.now;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.testkit.Tokens;

/** What a client says, and what it is told, frame by frame. */
@Timeout(60)
class FramesTest {
  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "connection.cursor-interval", "50ms");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void clear() {
    stage.clear();
  }

  // hello and welcome

  @ParameterizedTest
  @EnumSource
  void a_welcome_says_who_one_is_and_what_is_allowed(Link.Form form) {
    Link link = stage.link(Tokens.of("wanda", "w"), form, 0);
    JsonNode welcome = link.hello();
    assertThat(welcome.path("user").asText()).isEqualTo("wanda");
    assertThat(welcome.path("device").asText()).isEqualTo("w");
    assertThat(welcome.path("session").asText()).isNotEmpty();
    assertThat(welcome.path("resume").asText()).isNotEmpty();
    assertThat(welcome.path("resumed").asBoolean()).isFalse();
    assertThat(welcome.path("heartbeat_ms").asLong()).isEqualTo(30_000);
    JsonNode limits = welcome.path("limits");
    assertThat(limits.path("window_messages").asLong()).isEqualTo(256);
    assertThat(limits.path("window_bytes").asLong()).isEqualTo(1 << 20);
    assertThat(limits.path("batch").asLong()).isEqualTo(50);
    assertThat(limits.path("message_bytes").asLong()).isEqualTo(65_536);
    assertThat(limits.path("unanswered").asLong()).isPositive();
    link.next("caught_up");
    assertThat(link.frames().getFirst().path("type").asText()).isEqualTo("welcome");
  }

  @ParameterizedTest
  @EnumSource
  void a_hello_with_positions_goes_on_after_them_whatever_the_server_remembers(Link.Form form) {
    String room = "positions-" + form;
    stage.group(room, "ann", "bob");
    Link ann = stage.connect(form, "ann", "phone");
    Link first = stage.connect(form, "bob", "phone");
    long one = ann.post(room, "1", "one");
    ann.post(room, "2", "two");
    long three = ann.post(room, "3", "three");
    first.delivery(room, "three");
    first.acknowledge("rooms/" + room, three);
    first.settle();
    Link again = stage.connect(form, "bob", "phone", "positions", Map.of("rooms/" + room, one));
    assertThat(again.texts(room)).containsExactly("two", "three");
  }

  @ParameterizedTest
  @EnumSource
  void a_hello_with_a_resume_token_goes_on_after_what_was_acknowledged(Link.Form form) {
    String room = "resume-" + form;
    stage.group(room, "ann", "bob");
    Link ann = stage.connect(form, "ann", "phone");
    Link first = stage.link(Tokens.of("bob", "phone"), form, 0);
    String resume = first.hello().path("resume").asText();
    long one = ann.post(room, "1", "one");
    ann.post(room, "2", "two");
    first.delivery(room, "two");
    first.acknowledge("rooms/" + room, one);
    first.settle();
    first.cut();
    stage.awaitStreams(1);
    Link again = stage.link(Tokens.of("bob", "phone"), form, 0);
    Stage.acking(again);
    assertThat(again.hello("resume", resume).path("resumed").asBoolean()).isTrue();
    again.next("caught_up");
    assertThat(again.texts(room)).containsExactly("two");
  }

  @Test
  void a_resume_token_that_is_forged_or_another_devices_is_refused() {
    Link tablet = stage.link("bob", "tablet");
    String others = tablet.hello().path("resume").asText();
    char last = others.charAt(others.length() - 2);
    String forged =
        others.substring(0, others.length() - 2) + (last == 'A' ? 'B' : 'A') + others.charAt(1);
    for (String token : List.of(others, forged, "nonsense")) {
      Link link = stage.link("bob", "laptop");
      link.send(frame("hello", "resume", token));
      assertThat(code(link.next("error"))).isEqualTo("RESUME_REJECTED");
      assertThat(link.awaitEnd().code()).isEqualTo(4412);
    }
  }

  @Test
  void hello_comes_first_and_once() {
    Link link = stage.connect("ann", "phone");
    link.send(frame("hello"));
    assertThat(code(link.next("error"))).isEqualTo("FAILED_PRECONDITION");
    link.settle();
  }

  // send

  @ParameterizedTest
  @EnumSource
  void a_send_is_acknowledged_once_it_is_in_the_log(Link.Form form) {
    String room = "send-" + form;
    stage.group(room, "ann", "bob");
    Link ann = stage.connect(form, "ann", "phone");
    Link bob = stage.connect(form, "bob", "phone");
    long parent = ann.post(room, "1", "parent");
    ann.send(
        frame(
            "send",
            "id",
            "2",
            "room",
            room,
            "payload",
            text("hei ✓"),
            "reply_to",
            room + "." + parent,
            "mentions",
            List.of("bob")));
    JsonNode ack = ann.ack("2");
    assertThat(ack.path("room").asText()).isEqualTo(room);
    assertThat(ack.path("event_id").asText()).isEqualTo(room + "." + ack.path("seq").asLong());
    assertThat(ack.path("at").asLong()).isPositive();
    assertThat(ack.path("duplicate").asBoolean()).isFalse();
    JsonNode delivery = bob.delivery(room, "hei ✓");
    assertThat(delivery.path("seq").asLong()).isEqualTo(ack.path("seq").asLong());
    assertThat(delivery.path("prev").asLong()).isEqualTo(parent);
    JsonNode message = delivery.path("message");
    assertThat(message.path("id").asText()).isEqualTo(ack.path("event_id").asText());
    assertThat(message.path("sender").asText()).isEqualTo("ann");
    assertThat(message.path("device").asText()).isEqualTo("phone");
    assertThat(message.path("at").asLong()).isEqualTo(ack.path("at").asLong());
    assertThat(message.at("/body/kind").asText()).isEqualTo("post");
    assertThat(message.at("/body/client_id").asText()).isEqualTo("2");
    assertThat(message.at("/body/reply_to").asText()).isEqualTo(room + "." + parent);
    assertThat(message.at("/body/mentions/0").asText()).isEqualTo("bob");
    // The sender's own devices get it as well: the log is the same for all.
    assertThat(ann.delivery(room, "hei ✓")).isEqualTo(delivery);
  }

  @Test
  void a_send_that_is_repeated_is_answered_and_not_repeated() {
    stage.group("repeat", "ann");
    Link ann = stage.connect("ann", "phone");
    long seq = ann.post("repeat", "1", "once");
    ann.send(frame("send", "id", "1", "room", "repeat", "payload", text("once")));
    JsonNode again = ann.ack("1");
    assertThat(again.path("duplicate").asBoolean()).isTrue();
    assertThat(again.path("seq").asLong()).isEqualTo(seq);
    ann.settle();
    assertThat(ann.texts("repeat")).containsExactly("once");
  }

  @Test
  void a_send_through_two_connections_at_once_is_posted_once() {
    stage.group("race", "ann");
    Link phone = stage.connect("ann", "phone");
    Link tablet = stage.connect("ann", "tablet");
    for (int i = 0; i < 50; i++) {
      String id = "r" + i;
      JsonNode send = frame("send", "id", id, "room", "race", "payload", text("post " + i));
      phone.send(send);
      tablet.send(send);
      JsonNode one = phone.ack(id);
      JsonNode other = tablet.ack(id);
      assertThat(one.path("seq").asLong()).isEqualTo(other.path("seq").asLong());
      assertThat(one.path("duplicate").asBoolean())
          .isNotEqualTo(other.path("duplicate").asBoolean());
    }
    phone.delivery("race", "post 49");
    assertThat(phone.texts("race")).hasSize(50).doesNotHaveDuplicates();
  }

  @Test
  void everything_a_client_may_leave_unanswered_can_be_repeated() {
    stage.group("window", "ann");
    Link ann = stage.link("ann", "phone");
    int unanswered = ann.hello().at("/limits/unanswered").asInt();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < unanswered; i++) {
        ann.send(frame("send", "id", "w" + i, "room", "window", "payload", text("post " + i)));
      }
      boolean repeated = round == 1;
      for (int i = 0; i < unanswered; i++) {
        assertThat(ann.ack("w" + i).path("duplicate").asBoolean()).as("w" + i).isEqualTo(repeated);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_batch_over_several_rooms_is_answered_item_by_item(Link.Form form) {
    String a = "batch-a-" + form;
    String b = "batch-b-" + form;
    stage.group(a, "ann");
    stage.group(b, "ann");
    stage.group("strangers-" + form, "bob");
    Link ann = stage.connect(form, "ann", "phone");
    ann.send(
        frame(
            "send_batch",
            "messages",
            List.of(
                Map.of("id", "1", "room", a, "payload", text("a1")),
                Map.of("id", "2", "room", b, "payload", text("b1")),
                Map.of("id", "3", "room", "strangers-" + form, "payload", text("no")),
                Map.of("id", "4", "room", a, "payload", text("x"), "reply_to", b + ".1"),
                Map.of("id", "5", "room", a, "payload", text("a2")),
                Map.of("id", "6", "room", "nowhere-" + form, "payload", text("no")))));
    assertThat(ann.ack("1").path("seq").asLong()).isLessThan(ann.ack("5").path("seq").asLong());
    ann.ack("2");
    assertThat(code(ann.error("3"))).isEqualTo("NOT_FOUND");
    assertThat(code(ann.error("4"))).isEqualTo("INVALID_ARGUMENT");
    assertThat(code(ann.error("6"))).isEqualTo("NOT_FOUND");
    ann.delivery(a, "a2");
    assertThat(ann.texts(a)).containsExactly("a1", "a2");
  }

  @Test
  void one_wrong_send_spoils_no_other_of_the_same_read() {
    stage.group("spoil", "ann");
    Link ann = stage.connect("ann", "phone");
    for (int i = 0; i < 20; i++) {
      ann.send(frame("send", "id", "g" + i, "room", "spoil", "payload", text("good " + i)));
      ann.send(
          frame(
              "send",
              "id",
              "b" + i,
              "room",
              "spoil",
              "payload",
              text("bad"),
              "reply_to",
              "elsewhere.1"));
    }
    for (int i = 0; i < 20; i++) {
      ann.ack("g" + i);
      assertThat(code(ann.error("b" + i))).isEqualTo("INVALID_ARGUMENT");
    }
  }

  // edit, redact, react

  @ParameterizedTest
  @EnumSource
  void an_edit_a_reaction_and_a_redaction_are_acknowledged_and_delivered(Link.Form form) {
    String room = "amend-" + form;
    stage.group(room, "ann", "bob");
    Link ann = stage.connect(form, "ann", "phone");
    Link bob = stage.connect(form, "bob", "phone");
    String target = room + "." + ann.post(room, "1", "frist");
    ann.send(frame("edit", "id", "2", "target", target, "payload", text("first")));
    JsonNode edited = ann.ack("2");
    bob.send(frame("react", "id", "3", "target", target, "reaction", "👍", "add", true));
    bob.ack("3");
    bob.send(frame("react", "id", "4", "target", target, "reaction", "👍", "add", false));
    bob.ack("4");
    ann.send(frame("redact", "id", "5", "target", target, "reason", "oops"));
    JsonNode redacted = ann.ack("5");

    JsonNode edit = body(bob, room, "edit");
    assertThat(edit.at("/message/body/target").asText()).isEqualTo(target);
    assertThat(edit.at("/message/body/payload/body").asText()).isEqualTo("first");
    assertThat(edit.path("seq").asLong()).isEqualTo(edited.path("seq").asLong());
    JsonNode add = body(ann, room, "reaction");
    assertThat(add.at("/message/body/reaction").asText()).isEqualTo("👍");
    assertThat(add.at("/message/body/add").asBoolean()).isTrue();
    assertThat(body(ann, room, "reaction").at("/message/body/add").asBoolean()).isFalse();
    JsonNode redaction = body(bob, room, "redaction");
    assertThat(redaction.at("/message/body/target").asText()).isEqualTo(target);
    assertThat(redaction.at("/message/body/reason").asText()).isEqualTo("oops");
    assertThat(redaction.path("seq").asLong()).isEqualTo(redacted.path("seq").asLong());

    bob.send(frame("edit", "id", "6", "target", target, "payload", text("mine")));
    assertThat(code(bob.error("6"))).isIn("PERMISSION_DENIED", "NOT_FOUND");
    ann.send(frame("edit", "id", "7", "target", room + ".9999", "payload", text("what")));
    assertThat(code(ann.error("7"))).isEqualTo("NOT_FOUND");
  }

  private static JsonNode body(Link link, String room, String kind) {
    return link.next(
        "delivery",
        frame ->
            frame.path("topic").asText().equals("rooms/" + room)
                && frame.at("/message/body/kind").asText().equals(kind));
  }

  @Test
  void only_the_sender_edits_and_only_moderators_redact_what_others_said() {
    stage.group("whose", "ann", "bob", "cid");
    Link bob = stage.connect("bob", "phone");
    Link cid = stage.connect("cid", "phone");
    Link ann = stage.connect("ann", "phone");
    String target = "whose." + bob.post("whose", "1", "mine");
    cid.send(frame("edit", "id", "e", "target", target, "payload", text("theirs")));
    assertThat(code(cid.error("e"))).isEqualTo("PERMISSION_DENIED");
    cid.send(frame("redact", "id", "r", "target", target));
    assertThat(code(cid.error("r"))).isEqualTo("PERMISSION_DENIED");
    ann.send(frame("redact", "id", "r", "target", target));
    ann.ack("r");
  }

  // ack, read, typing, ping

  @Test
  void acknowledged_messages_are_not_sent_again() {
    stage.group("acked", "ann", "bob");
    Link ann = stage.connect("ann", "phone");
    Link bob = stage.connect("bob", "phone");
    ann.post("acked", "1", "one");
    bob.acknowledge("rooms/acked", ann.post("acked", "2", "two"));
    bob.settle();
    bob.cut();
    stage.awaitStreams(1);
    ann.post("acked", "3", "three");
    Link again = stage.connect("bob", "phone");
    assertThat(again.texts("acked")).containsExactly("three");
  }

  @ParameterizedTest
  @EnumSource
  void a_read_mark_is_told_to_the_others_and_to_ones_own_other_devices(Link.Form form) {
    String room = "read-" + form;
    stage.group(room, "ann", "bob");
    Link ann = stage.connect(form, "ann", "phone");
    Link phone = stage.connect(form, "bob", "phone");
    Link tablet = stage.connect(form, "bob", "tablet");
    long seq = ann.post(room, "1", "read me");
    phone.delivery(room, "read me");
    phone.send(frame("read", "room", room, "seq", seq));
    for (Link told : List.of(ann, tablet)) {
      JsonNode receipt = told.next("receipt", frame -> frame.path("kind").asText().equals("read"));
      assertThat(receipt.path("room").asText()).isEqualTo(room);
      assertThat(receipt.path("user").asText()).isEqualTo("bob");
      assertThat(receipt.path("seq").asLong()).isEqualTo(seq);
    }
    assertThat(stage.summary(room, "bob").unread()).isZero();
    phone.send(frame("read", "room", room, "seq", seq + 1000));
    assertThat(code(phone.next("error"))).isEqualTo("FAILED_PRECONDITION");
    phone.send(frame("read", "room", "not-mine", "seq", 1));
    assertThat(code(phone.next("error"))).isEqualTo("FAILED_PRECONDITION");
  }

  @ParameterizedTest
  @EnumSource
  void typing_is_told_to_the_others_in_the_room(Link.Form form) {
    String room = "typing-" + form;
    stage.group(room, "ann", "bob");
    stage.group("other-" + room, "ann", "cid");
    Link ann = stage.connect(form, "ann", "phone");
    Link bob = stage.connect(form, "bob", "phone");
    Link cid = stage.connect(form, "cid", "phone");
    ann.send(frame("typing", "room", room, "typing", true));
    ann.send(frame("typing", "room", room, "typing", false));
    JsonNode begins = bob.next("typing");
    assertThat(begins.path("user").asText()).isEqualTo("ann");
    assertThat(begins.path("room").asText()).isEqualTo(room);
    assertThat(begins.path("typing").asBoolean()).isTrue();
    assertThat(bob.next("typing").path("typing").asBoolean()).isFalse();
    cid.send(frame("typing", "room", room, "typing", true)); // not its room
    ann.post("other-" + room, "x", "barrier");
    cid.delivery("other-" + room, "barrier");
    ann.post(room, "x", "barrier");
    bob.delivery(room, "barrier");
    assertThat(cid.all("typing")).isEmpty();
    assertThat(ann.all("typing")).isEmpty();
    assertThat(bob.all("typing")).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void a_ping_is_answered_with_its_nonce(Link.Form form) {
    Link ann = stage.connect(form, "ann", "phone");
    ann.send(frame("ping", "nonce", "42"));
    assertThat(ann.next("pong").path("nonce").asText()).isEqualTo("42");
    ann.send(frame("ping"));
    assertThat(ann.next("pong").has("nonce")).isFalse();
  }

  @Test
  void what_is_no_frame_is_refused_and_the_stream_goes_on() {
    Link ann = stage.connect("ann", "phone");
    ann.send("{'type':'send','id':'1','room':'r','payload':{'type':'text','body':'x','uri':'y'}}");
    assertThat(code(ann.next("error"))).isEqualTo("PAYLOAD_MISMATCH");
    ann.send("{'type':'shout'}");
    assertThat(code(ann.next("error"))).isEqualTo("INVALID_ARGUMENT");
    ann.settle();
  }

  // caught_up

  @Test
  void a_stream_has_caught_up_when_everything_from_before_has_been_delivered() {
    stage.group("caught", "ann", "bob");
    stage.group("caught-2", "ann", "bob");
    Link bob = stage.connect("bob", "phone");
    bob.cut();
    Link ann = stage.connect("ann", "phone");
    for (int i = 0; i < 120; i++) {
      ann.send(frame("send", "id", "c" + i, "room", "caught", "payload", text("p" + i)));
      ann.send(frame("send", "id", "d" + i, "room", "caught-2", "payload", text("p" + i)));
    }
    ann.ack("c119");
    ann.ack("d119");
    Link back = stage.connect("bob", "phone");
    // Nothing comes after caught_up, and everything came before it.
    assertThat(back.texts("caught")).hasSize(120);
    assertThat(back.texts("caught-2")).hasSize(120);
    back.settle();
    assertThat(back.all("caught_up")).hasSize(1);
  }

  @Test
  void a_stream_whose_window_is_full_of_large_messages_has_not_caught_up() {
    stage.group("large", "ann", "zoe");
    Link bob = stage.connect("zoe", "phone");
    bob.cut();
    Link ann = stage.connect("ann", "phone");
    String large = "x".repeat(9_000);
    int posts = 150;
    for (int i = 0; i < posts; i++) {
      ann.send(frame("send", "id", "l" + i, "room", "large", "payload", text(large + i)));
      ann.ack("l" + i);
    }
    Link back = stage.link("zoe", "phone");
    back.hello();
    long window = (1 << 20) / 9_300;
    for (int i = 0; i < window; i++) {
      back.next("delivery");
    }
    back.settle();
    assertThat(back.texts("large")).hasSizeLessThan(posts);
    assertThat(back.all("caught_up")).isEmpty();
    Stage.acking(back);
    back.acknowledge("rooms/large", back.all("delivery").getLast().path("seq").asLong());
    back.next("caught_up");
    assertThat(back.texts("large")).hasSize(posts);
  }

  // Concurrency of the ordinary kind.

  @Test
  void senders_in_parallel_see_one_order() {
    stage.group("order", "ann", "bob", "cid");
    List<Link> links =
        List.of(
            stage.connect("ann", "phone"),
            stage.connect("bob", "phone"),
            stage.connect("cid", "phone"));
    links.forEach(Stage::acking);
    CompletableFuture.allOf(
            links.stream()
                .map(
                    link ->
                        CompletableFuture.runAsync(
                            () ->
                                IntStream.range(0, 100)
                                    .forEach(
                                        i ->
                                            link.send(
                                                frame(
                                                    "send",
                                                    "id",
                                                    "o" + i,
                                                    "room",
                                                    "order",
                                                    "payload",
                                                    text(
                                                        System.identityHashCode(link)
                                                            + " "
                                                            + i))))))
                .toArray(CompletableFuture[]::new))
        .join();
    links.forEach(link -> link.ack("o99"));
    List<String> log =
        stage.log("order").stream()
            .filter(message -> message.body() instanceof org.viesti.protocol.Body.Post)
            .map(org.viesti.protocol.Message::id)
            .toList();
    assertThat(log).hasSize(300);
    for (Link link : links) {
      org.viesti.testkit.Await.until(
          Stage.PATIENCE,
          () -> "got " + link.texts("order").size(),
          () -> link.texts("order").size() == 300);
      List<String> got =
          link.all("delivery").stream()
              .filter(d -> d.path("topic").asText().equals("rooms/order"))
              .filter(d -> d.at("/message/body/kind").asText().equals("post"))
              .map(d -> d.at("/message/id").asText())
              .toList();
      assertThat(got).isEqualTo(log);
      Set<String> own = new HashSet<>();
      String me = System.identityHashCode(link) + " ";
      List<Integer> mine =
          link.texts("order").stream()
              .filter(text -> text.startsWith(me) && own.add(text))
              .map(text -> Integer.parseInt(text.substring(me.length())))
              .toList();
      assertThat(mine).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_request_that_is_malformed_is_refused_by_its_id(Link.Form form) {
    Link ann = stage.connect(form, "ann", "phone");
    ann.send(frame("send", "id", "no room", "room", "not a room", "payload", text("hi")));
    assertThat(code(ann.error("no room"))).isEqualTo("INVALID_ARGUMENT");
    ann.send(frame("edit", "id", "no target", "target", "nothing", "payload", text("hi")));
    assertThat(code(ann.error("no target"))).isEqualTo("INVALID_ARGUMENT");
    ann.send(frame("redact", "id", "none", "target", "nothing"));
    assertThat(code(ann.error("none"))).isEqualTo("INVALID_ARGUMENT");
    ann.send(frame("react", "id", "r", "target", "nothing", "reaction", "+1", "add", true));
    assertThat(code(ann.error("r"))).isEqualTo("INVALID_ARGUMENT");
    // What has no id of its own, or one that is none, is refused without.
    ann.send(frame("typing", "room", "not a room", "typing", true));
    assertThat(ann.next("error").has("id")).isFalse();
    ann.send(frame("redact", "id", "x".repeat(65), "target", "nothing"));
    assertThat(ann.next("error").has("id")).isFalse();
  }

  @Test
  void a_request_of_another_shape_is_refused_by_its_id() {
    Link ann = stage.connect("ann", "phone");
    ann.send("{'type':'send','room':7,'id':'shape','payload':{'type':'text','body':'hi'}}");
    assertThat(code(ann.error("shape"))).isEqualTo("INVALID_ARGUMENT");
    ann.send("{'type':'send','id':'field','room':'r','payload':{'type':'text','bdoy':'hi'}}");
    assertThat(code(ann.error("field"))).isEqualTo("PAYLOAD_MISMATCH");
    ann.send("{'type':'sned','payload':{'id':'inner'},'id':'outer'}");
    assertThat(code(ann.error("outer"))).isEqualTo("INVALID_ARGUMENT");
    ann.send("[{'type':'ping','nonce':'n'},{'type':'redact','id':'one of many'}]");
    assertThat(ann.next("error").has("id")).isFalse();
  }

  @Test
  void an_outsider_learns_nothing_of_a_private_room() {
    stage.group("private", "ann");
    Link eve = stage.connect("eve", "phone");
    eve.send(frame("send", "id", "1", "room", "private", "payload", text("hi")));
    JsonNode refused = eve.error("1");
    eve.send(frame("send", "id", "2", "room", "no-such-room", "payload", text("hi")));
    JsonNode absent = eve.error("2");
    assertThat(refused.path("detail")).isEqualTo(absent.path("detail"));
    assertThat(code(refused)).isEqualTo("NOT_FOUND");
    assertThat(now(stage.node.users().get(Stage.user("eve"))).memberships()).isEmpty();
  }
}
