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

  private static TopicAcl.Rights certified(TopicAcl acl, String commonName) {
    return acl.of(
        new Principal(
            new UserId("acme", "ann"),
            "lamp",
            Set.of(),
            Instant.MAX,
            new Principal.Proof(null, commonName)));
  }

  @Test
  void a_certificate_s_common_name_is_filled_in() {
    TopicAcl acl = TopicAcl.parse(List.of("deny all c/${cn}/private", "allow all c/${cn}/#"));
    TopicAcl.Rights kitchen = certified(acl, "Lamp 7, kitchen");
    assertThat(kitchen.mayPublish("c/Lamp 7, kitchen/on")).isTrue();
    assertThat(kitchen.mayPublish("c/Lamp 7, kitchen/private")).isFalse();
    assertThat(kitchen.maySubscribe(TopicFilter.parse("c/Lamp 7, kitchen/#"))).isTrue();
    assertThat(kitchen.mayPublish("c/Lamp 8/on")).isFalse();
  }

  @Test
  void a_rule_by_common_name_fits_nobody_without_a_certificate() {
    assertThat(rights("allow all c/${cn}/#").mayPublish("c/${cn}/on")).isFalse();
    assertThat(rights("allow all c/${cn}/#").maySubscribe(TopicFilter.parse("c/#"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "#", "a/b", "a+", "$SYS", "\0"})
  void a_common_name_that_is_not_one_level_widens_no_rule(String commonName) {
    TopicAcl.Rights rights =
        certified(TopicAcl.parse(List.of("allow all c/${cn}/#", "allow all ${cn}/#")), commonName);
    for (String topic : List.of("c/x/y", "c/a/b", "c/" + commonName + "/y", "a/b", "$SYS/x")) {
      assertThat(rights.mayPublish(topic)).as(topic).isFalse();
    }
  }

  @Test
  void a_common_name_that_looks_like_a_place_is_not_filled_in_again() {
    TopicAcl acl = TopicAcl.parse(List.of("allow all c/${cn}/#"));
    assertThat(certified(acl, "x${clientid}").mayPublish("c/xlamp/on")).isFalse();
    assertThat(certified(acl, "x${clientid}").mayPublish("c/x${clientid}/on")).isTrue();
  }

  @Test
  void by_default_a_device_has_its_own_tree_and_one_with_a_certificate_that_of_its_common_name() {
    TopicAcl.Rights lamp =
        TopicAcl.ownTree()
            .of(new Principal(new UserId("acme", "ann"), "lamp", Set.of(), Instant.MAX));
    assertThat(lamp.mayPublish("devices/lamp/telemetry")).isTrue();
    assertThat(lamp.mayPublish("devices/stove/telemetry")).isFalse();
    assertThat(lamp.maySubscribe(TopicFilter.parse("#"))).isFalse();
    // Its client id it may have chosen itself.
    TopicAcl.Rights stove = certified(TopicAcl.ownTree(), "stove");
    assertThat(stove.mayPublish("devices/stove/telemetry")).isTrue();
    assertThat(stove.mayPublish("devices/lamp/telemetry")).isFalse();
  }

  @Test
  void by_default_who_has_a_token_may_use_its_user_s_rooms() {
    TopicAcl.Rights phone =
        TopicAcl.ownTree()
            .of(new Principal(new UserId("acme", "ann"), "phone", Set.of(), Instant.MAX));
    assertThat(phone.maySubscribe(TopicFilter.parse("rooms/+"))).isTrue();
    assertThat(phone.mayPublish("rooms/general")).isTrue();
    TopicAcl.Rights lamp =
        TopicAcl.ownTree()
            .of(
                new Principal(
                    new UserId("acme", "ann"),
                    "lamp",
                    Set.of(),
                    Instant.MAX,
                    new Principal.Proof("fingerprint", null)));
    assertThat(lamp.mayPublish("devices/lamp/light")).isTrue();
    for (TopicAcl.Rights none : List.of(lamp, certified(TopicAcl.ownTree(), "stove"))) {
      assertThat(none.maySubscribe(TopicFilter.parse("rooms/general"))).isFalse();
      assertThat(none.mayPublish("rooms/general")).isFalse();
    }
  }
}
