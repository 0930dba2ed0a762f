package org.viesti.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;

class InboxTest {
  private final Inbox inbox = new Inbox();

  @Test
  void a_chain_is_received_in_order() {
    assertThat(take(3, 0)).isTrue();
    assertThat(take(5, 3)).isTrue();
    assertThat(take(6, 5)).isTrue();
    assertThat(inbox.received("rooms/r")).extracting(Delivery::seq).containsExactly(3L, 5L, 6L);
    assertThat(inbox.position("rooms/r")).isEqualTo(6);
    assertThat(inbox.violations()).isEmpty();
  }

  @Test
  void what_an_earlier_stream_brought_is_dropped_and_counted() {
    take(3, 0);
    take(5, 3);
    inbox.newStream();
    assertThat(take(3, 0)).isFalse();
    assertThat(take(5, 3)).isFalse();
    assertThat(take(6, 5)).isTrue();
    inbox.newStream();
    assertThat(take(6, 5)).isFalse();
    assertThat(inbox.repeats()).isEqualTo(3);
    assertThat(inbox.mostRepeats()).isEqualTo(2);
    assertThat(inbox.received("rooms/r")).hasSize(3);
    assertThat(inbox.violations()).isEmpty();
  }

  @Test
  void a_gap_within_a_stream_is_noticed() {
    take(3, 0);
    take(6, 5);
    assertThat(inbox.violations()).containsExactly("rooms/r 6 (prev 5) follows 3, not its prev");
  }

  @Test
  void a_gap_between_streams_is_noticed() {
    take(3, 0);
    inbox.newStream();
    take(6, 5);
    assertThat(inbox.violations()).containsExactly("rooms/r 6 (prev 5) leaves a gap after 3");
  }

  @Test
  void a_repeat_within_a_stream_is_noticed() {
    take(3, 0);
    take(3, 0);
    assertThat(inbox.violations())
        .containsExactly("rooms/r 3 (prev 0) comes after 3 on the same stream");
  }

  @Test
  void a_first_reset_sets_the_position() {
    inbox.reset("rooms/r", 7, "first_connect");
    take(9, 8);
    assertThat(inbox.violations()).containsExactly("rooms/r 9 (prev 8) leaves a gap after 7");
  }

  @Test
  void a_reset_that_skips_something_is_noticed() {
    take(3, 0);
    inbox.reset("rooms/r", 7, "backlog");
    assertThat(inbox.violations()).containsExactly("reset of rooms/r from 3 to 7: backlog");
  }

  private boolean take(long seq, long prev) {
    return inbox.accept(
        new Delivery("rooms/r", seq, prev, "ann", JsonNodeFactory.instance.objectNode(), 0));
  }
}
