package org.viesti.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters as MQTT 5.0 §4.7 has them; the first examples are its own. */
class TopicFilterTest {
  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1",
    "sport/tennis/player1/#, sport/tennis/player1/ranking",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon",
    "sport/#, sport",
    "#, a/b/c",
    "sport/tennis/+, sport/tennis/player1",
    "sport/+, sport/",
    "+/+, /finance",
    "/+, /finance",
    "$SYS/#, $SYS/broker",
    "$SYS/monitor/+, $SYS/monitor/Clients",
    "$share/group/a/+, a/b",
    "a//b, a//b",
    "a/+/b, a//b",
    "+, a",
    "a/+/#, a/b",
  })
  void it_matches(String filter, String topic) {
    assertThat(TopicFilter.parse(filter).matches(topic)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/+, sport/tennis/player1/ranking",
    "sport/+, sport",
    "+, /finance",
    "#, $SYS/broker",
    "+/monitor/Clients, $SYS/monitor/Clients",
    "a/b, a",
    "a, a/b",
    "a/#, ab",
    "a/+/#, a",
    "A, a",
  })
  void it_does_not_match(String filter, String topic) {
    assertThat(TopicFilter.parse(filter).matches(topic)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a#",
        "a/#/b",
        "#/",
        "a+",
        "+a/b",
        "a/b+/c",
        "$share/",
        "$share/g",
        "$share/g/",
        "$share/+/a",
        "$share//a",
        "a\0"
      })
  void it_is_none(String text) {
    assertThatThrownBy(() -> TopicFilter.parse(text))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, true",
    "a/b, a/c, false",
    "a/+, +/b, true",
    "a/#, a, true",
    "a, a/#, true",
    "a/#, b/#, false",
    "#, a/b/c, true",
    "a/+, a/b/c, false",
    "a/+, a, false",
    "a/+/c/#, a/b/+, true",
  })
  void two_filters_overlap_where_both_may_match_a_topic(String one, String other, boolean overlap) {
    assertThat(TopicFilter.parse(one).overlaps(TopicFilter.parse(other))).isEqualTo(overlap);
    assertThat(TopicFilter.parse(other).overlaps(TopicFilter.parse(one))).isEqualTo(overlap);
  }
}
