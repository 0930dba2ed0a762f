package org.viesti.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Payload;
import org.viesti.routing.Tell;
import org.viesti.routing.Wish;
import org.viesti.testkit.Shows;
import org.viesti.user.PushPolicy.Quiet;

class PushPolicyTest {
  private static final Quiet NEVER_QUIET = new Quiet(-1, -1);
  private static final long NOON = Instant.parse("2026-03-01T12:00:30Z").toEpochMilli();

  private final PushSettings settings =
      settings(
          """
          push {
            delay = 10s, call-delay = 1s, call-lifetime = 60s, mentions-only-above-members = 100
            preview-length = 5, retry { first = 1s, max = 8s, attempts = 3 }
            providers { webhook { url = "http://x", timeout = 5s } }
          }""");
  private final PushPolicy policy = new PushPolicy(settings);

  static PushSettings settings(String viesti) {
    Config config = ConfigFactory.parseString("viesti { " + viesti + "\n}");
    return PushSettings.from(config);
  }

  private static Tell.Post post(boolean mentioned, boolean call) {
    return new Tell.Post(1, NOON, "alice", mentioned, call);
  }

  private boolean pushes(Wish wish, boolean mentioned, int members) {
    return policy.dueAt("bob", wish, post(mentioned, false), members, NEVER_QUIET, NOON)
        != PushPolicy.NEVER;
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, false, false, false, false",
    "MENTIONS, false, true, false, true",
    "DEFAULT, true, true, false, true",
    "ALL, true, true, true, true"
  })
  void a_wish_and_the_rooms_size_say_what_is_pushed(
      Wish wish, boolean small, boolean smallMention, boolean large, boolean largeMention) {
    assertThat(pushes(wish, false, 100)).isEqualTo(small);
    assertThat(pushes(wish, true, 100)).isEqualTo(smallMention);
    assertThat(pushes(wish, false, 101)).isEqualTo(large);
    assertThat(pushes(wish, true, 101)).isEqualTo(largeMention);
  }

  @Test
  void ones_own_posts_are_never_pushed() {
    assertThat(policy.dueAt("alice", Wish.ALL, post(true, true), 2, NEVER_QUIET, NOON))
        .isEqualTo(PushPolicy.NEVER);
  }

  @Test
  void a_muted_room_is_silent_whatever_its_level() {
    assertThat(membership(new MemberSettings("all", true, false, false)).wish())
        .isEqualTo(Wish.NONE);
    assertThat(membership(new MemberSettings("all", false, true, false)).wish())
        .isEqualTo(Wish.ALL);
    assertThat(membership(null).wish()).isEqualTo(Wish.DEFAULT);
  }

  private static UserState.Membership membership(@Nullable MemberSettings of) {
    return new UserState.Membership(java.util.List.of(), 1, "member", 0, of, null, null);
  }

  @Shows({"push.delay", "push.call-delay"})
  @Test
  void a_message_waits_for_its_acknowledgement_and_a_call_hardly() {
    assertThat(policy.dueAt("bob", Wish.ALL, post(false, false), 2, NEVER_QUIET, NOON))
        .isEqualTo(NOON + 10_000);
    assertThat(policy.dueAt("bob", Wish.ALL, post(false, true), 2, NEVER_QUIET, NOON))
        .isEqualTo(NOON + 1_000);
  }

  @Test
  void in_quiet_hours_a_message_waits_for_their_end() {
    long seven = Instant.parse("2026-03-02T07:00:00Z").toEpochMilli();
    long night = Instant.parse("2026-03-01T23:10:20Z").toEpochMilli();
    Quiet overMidnight = new Quiet(22 * 60, 7 * 60);
    assertThat(policy.dueAt("bob", Wish.ALL, post(true, false), 2, overMidnight, night))
        .isEqualTo(seven);
    assertThat(policy.dueAt("bob", Wish.ALL, post(true, false), 2, overMidnight, NOON))
        .isEqualTo(NOON + 10_000);
    assertThat(overMidnight.covers(seven - 1)).isTrue();
    assertThat(overMidnight.covers(seven)).isFalse();
    assertThat(new Quiet(60, 60).covers(Instant.parse("2026-03-01T01:00:00Z").toEpochMilli()))
        .isFalse();
    Quiet afternoon = new Quiet(12 * 60, 14 * 60);
    assertThat(afternoon.end(NOON)).isEqualTo(Instant.parse("2026-03-01T14:00:00Z").toEpochMilli());
  }

  @Shows("push.call-lifetime")
  @Test
  void a_call_rings_neither_in_quiet_hours_nor_when_it_is_over() {
    Quiet noon = new Quiet(12 * 60, 13 * 60);
    assertThat(policy.dueAt("bob", Wish.ALL, post(true, true), 2, noon, NOON))
        .isEqualTo(PushPolicy.NEVER);
    PendingPush call = push(1, 1, true);
    assertThat(policy.sendAt(call, NEVER_QUIET, NOON + 60_000)).isEqualTo(NOON + 60_000);
    assertThat(policy.sendAt(call, NEVER_QUIET, NOON + 60_001)).isEqualTo(PushPolicy.NEVER);
  }

  static PendingPush push(long seq, int count, boolean call) {
    return new PendingPush(
        "phone",
        "general",
        "General",
        seq,
        seq,
        NOON,
        "alice",
        false,
        call,
        count,
        NOON,
        NOON + 10_000,
        0,
        null);
  }

  @Test
  void a_newer_post_takes_the_place_of_an_older_one_and_is_counted() {
    PendingPush both = push(3, 1, false).with(push(5, 1, false));
    assertThat(both.seq()).isEqualTo(5);
    assertThat(both.first()).isEqualTo(3);
    assertThat(both.count()).isEqualTo(2);
    assertThat(push(3, 1, true).key()).isNotEqualTo(push(3, 1, false).key());
  }

  @Test
  void a_newer_post_does_not_hurry_a_push_that_failed() {
    PendingPush failed = push(3, 1, false).later(3, NOON + 99_000, 2, "answered 503");
    assertThat(failed.with(push(5, 1, false)).dueAt()).isEqualTo(NOON + 99_000);
    assertThat(failed.with(push(5, 1, false)).attempts()).isEqualTo(2);
  }

  @Test
  void what_came_while_a_push_was_sent_is_a_push_of_its_own() {
    PendingPush both = push(3, 2, false).with(push(5, 1, false));
    PendingPush rest = Objects.requireNonNull(both.after(3, 2, NOON + 20_000));
    assertThat(rest.first()).isEqualTo(4);
    assertThat(rest.count()).isEqualTo(1);
    assertThat(rest.dueAt()).isEqualTo(NOON + 20_000);
    assertThat(both.after(5, 3, 0)).isNull();
  }

  @Test
  void waits_double_up_to_the_longest_and_are_spread() {
    Backoff backoff =
        new Backoff(settings.retryFirst(), settings.retryMax(), new java.util.Random(7));
    for (int failures = 1; failures < 70; failures++) {
      long most = Math.min(8_000, 1_000L << Math.min(failures - 1, 20));
      assertThat(backoff.after(failures, null)).isBetween(Duration.ZERO, Duration.ofMillis(most));
    }
    assertThat(
            java.util.stream.IntStream.range(0, 50)
                .mapToObj(i -> backoff.after(4, null))
                .distinct())
        .hasSizeGreaterThan(10);
    assertThat(backoff.after(1, Duration.ofMinutes(10)))
        .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void a_preview_is_cut_short_and_never_through_a_character() {
    assertThat(PushDelivery.preview(Payload.Text.of("hello"), 5)).isEqualTo("hello");
    assertThat(PushDelivery.preview(Payload.Text.of("hello you"), 5)).isEqualTo("hello…");
    assertThat(PushDelivery.preview(Payload.Text.of("hell😀"), 5)).isEqualTo("hell…");
    assertThat(PushDelivery.preview(Payload.Text.of("hello"), 0)).isNull();
    assertThat(
            PushDelivery.preview(
                new Payload.Encrypted("a", "c2VjcmV0", null, null, null, null, null), 5))
        .isNull();
  }

  @Test
  void providers_get_their_own_settings() {
    Map<String, String> webhook = Objects.requireNonNull(settings.providers().get("webhook"));
    assertThat(webhook).containsEntry("url", "http://x").containsEntry("timeout", "5s");
    assertThat(PushSettings.duration(webhook, "timeout", Duration.ZERO))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.retryAttempts()).isEqualTo(3);
  }
}
