package org.viesti.edge.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgedTopicTest {
  @ParameterizedTest
  @CsvSource({
    "# both 1 local/ remote/, local/a/b, remote/a/b",
    "# both 0, a, a",
    "+/state both 1 site7/, site7/pump/state, pump/state",
    "'+ both 1 \"\" far/', a, far/a",
    "'\"\" both 1 here there', here, there"
  })
  void prefixes_are_exchanged_both_ways(String text, String local, String remote) {
    BridgedTopic topic = BridgedTopic.parse(text);
    assertThat(topic.toRemote(local)).isEqualTo(remote);
    assertThat(topic.toLocal(remote)).isEqualTo(local);
  }

  @ParameterizedTest
  @CsvSource({"# both 1 local/ remote/, local", "+ both 1, a/b", "# in 1, a", "a, b"})
  void what_is_not_for_it_does_not_go(String text, String local) {
    assertThat(BridgedTopic.parse(text).toRemote(local)).isNull();
  }

  @Test
  void without_a_word_it_goes_out_at_most_once() {
    BridgedTopic topic = BridgedTopic.parse(" pump/# ");
    assertThat(topic.out()).isTrue();
    assertThat(topic.in()).isFalse();
    assertThat(topic.qos()).isZero();
    assertThat(topic.toLocal("pump/1")).isNull();
  }
}
