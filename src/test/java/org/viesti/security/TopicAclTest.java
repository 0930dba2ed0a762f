package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.TopicFilter;
import org.viesti.protocol.UserId;

class TopicAclTest {
  private static TopicAcl.Rights rights(String... rules) {
    return TopicAcl.parse(List.of(rules))
        .of(new Principal(new UserId("acme", "ann"), "lamp", Set.of(), Instant.MAX));
  }

  @Test
  void nobody_may_what_no_rule_allows() {
    TopicAcl.Rights rights = rights("allow publish in/#", "allow subscribe out/#");
    assertThat(rights.mayPublish("in/1")).isTrue();
    assertThat(rights.mayPublish("out/1")).isFalse();
    assertThat(rights.maySubscribe(TopicFilter.parse("out/+"))).isTrue();
    assertThat(rights.maySubscribe(TopicFilter.parse("in/1"))).isFalse();
    assertThat(rights.mayReceive("in/1")).isFalse();
  }

  @Test
  void the_first_rule_that_fits_decides() {
    TopicAcl.Rights rights = rights("deny all a/b", "allow all a/#", "deny all a/c");
    assertThat(rights.mayPublish("a/b")).isFalse();
    assertThat(rights.mayPublish("a/c")).isTrue();
  }

  @Test
  void a_client_s_own_names_are_filled_in() {
    TopicAcl.Rights rights = rights("allow all d/${clientid}/#", "allow all u/${username}/#");
    assertThat(rights.mayPublish("d/lamp/on")).isTrue();
    assertThat(rights.mayPublish("d/other/on")).isFalse();
    assertThat(rights.mayPublish("u/ann/x")).isTrue();
  }

  @Test
  void a_name_with_a_wildcard_in_it_widens_no_rule() {
    TopicAcl acl = TopicAcl.parse(List.of("allow all d/${username}/#"));
    // No id has + or # in it: protocol.Ids refuses them.
    assertThatThrownBy(() -> new UserId("acme", "+")).isInstanceOf(RuntimeException.class);
    assertThat(acl).isNotNull();
  }

  /** A subscription is allowed only if all it can match is. */
  @ParameterizedTest
  @CsvSource({
    "a/#, a/b, true",
    "a/#, a/+/c, true",
    "a/#, a/#, true",
    "a/#, #, false",
    "a/#, +/b, false",
    "a/+, a/+, true",
    "a/+, a/#, false",
    "a/+, a/b/#, false",
    "+/#, #, true",
    "a/b, a/+, false",
    "#, $share/g/a/b, true",
    "a/b, $share/g/a/b, true",
    "#, $SYS/#, false",
  })
  void a_rule_is_for_a_filter_it_covers(String rule, String wanted, boolean may) {
    assertThat(rights("allow all " + rule).maySubscribe(TopicFilter.parse(wanted))).isEqualTo(may);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "allow", "allow all", "permit all #", "allow read #", "allow all a#"})
  void what_is_no_rule_is_named(String text) {
    assertThatThrownBy(() -> TopicAcl.parse(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }
}
