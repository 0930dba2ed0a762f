package org.viesti.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.Topic;

/** What a node keeps of what came past. */
class TailsTest {
  private static final RoomId ROOM = new RoomId("test", "general");
  private static final Topic TOPIC = ROOM.topic();

  private static Message post(long seq, long prev) {
    return message(seq, prev, new Body.Post(Payload.Text.of("text " + seq), "c" + seq, null, null));
  }

  private static Message message(long seq, long prev, Body body) {
    return new Message(TOPIC, seq, prev, ROOM.messageId(seq), 0, "alice", null, body);
  }

  private static List<Message> posts(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(seq -> post(seq, seq - 1)).toList();
  }

  private static List<Long> seqs(@Nullable List<Message> messages) {
    return messages == null ? List.of() : messages.stream().map(Message::seq).toList();
  }

  /** Someone is behind in the topic. */
  private static Tails wanted(int messagesEach, long bytesInAll) {
    Tails tails = new Tails(messagesEach, bytesInAll);
    tails.after(TOPIC, 0, 10);
    return tails;
  }

  @Test
  void nothing_is_kept_before_someone_was_behind_nor_long_after() {
    AtomicLong now = new AtomicLong();
    Tails tails = new Tails(10, 1 << 20, now::get);
    tails.add(TOPIC, posts(1, 3));
    assertThat(tails.after(TOPIC, 0, 10)).isNull();
    tails.add(TOPIC, posts(4, 6));
    now.addAndGet(Tails.KEPT.toNanos());
    assertThat(seqs(tails.after(TOPIC, 3, 10))).containsExactly(4L, 5L, 6L);
    now.addAndGet(Tails.KEPT.toNanos());
    tails.add(TOPIC, posts(7, 7));
    now.addAndGet(1);
    tails.add(TOPIC, posts(8, 8));
    assertThat(tails.after(TOPIC, 7, 10)).isNull();
  }

  @Test
  void what_came_past_is_read_on_from_any_position_it_covers() {
    Tails tails = wanted(4, 1 << 20);
    tails.add(TOPIC, posts(1, 3));
    tails.add(TOPIC, posts(4, 6));
    assertThat(seqs(tails.after(TOPIC, 4, 10))).containsExactly(5L, 6L);
    assertThat(seqs(tails.after(TOPIC, 2, 2))).containsExactly(3L, 4L);
    assertThat(tails.after(TOPIC, 1, 10)).as("before the tail").isNull();
    assertThat(tails.after(TOPIC, 6, 10)).as("nothing after").isNull();
  }

  @Test
  void a_gap_begins_the_tail_anew_and_a_repeat_changes_nothing() {
    Tails tails = wanted(10, 1 << 20);
    tails.add(TOPIC, posts(1, 3));
    tails.add(TOPIC, posts(2, 3));
    assertThat(seqs(tails.after(TOPIC, 0, 10))).containsExactly(1L, 2L, 3L);
    tails.add(TOPIC, List.of(post(7, 6)));
    assertThat(tails.after(TOPIC, 3, 10)).isNull();
    assertThat(seqs(tails.after(TOPIC, 6, 10))).containsExactly(7L);
  }

  @Test
  void what_is_redacted_is_gone_from_the_tail() {
    Tails tails = wanted(10, 1 << 20);
    tails.add(TOPIC, posts(1, 2));
    tails.add(
        TOPIC,
        List.of(
            message(3, 2, new Body.Edit("general.1", Payload.Text.of("edited"), null)),
            message(4, 3, new Body.Redaction("general.1", null))));
    assertThat(tails.after(TOPIC, 0, 10))
        .extracting(message -> message.body().getClass().getSimpleName())
        .containsExactly("Erased", "Post", "Erased", "Redaction");
  }

  @Test
  void the_quietest_topic_gives_way_when_all_take_too_much() {
    Topic other = new RoomId("test", "other").topic();
    Tails tails = wanted(100, 3 * post(1, 0).size());
    tails.after(other, 0, 10);
    tails.add(other, List.of(post(1, 0)));
    tails.add(TOPIC, posts(1, 3));
    assertThat(tails.after(other, 0, 10)).isNull();
    assertThat(tails.after(TOPIC, 0, 10)).hasSize(3);
    tails.drop(TOPIC);
    assertThat(tails.after(TOPIC, 0, 10)).isNull();
  }
}
