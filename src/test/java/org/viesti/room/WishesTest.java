package org.viesti.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.viesti.room.RoomEvent.Wanted;

class WishesTest {
  private final Wishes wishes =
      Wishes.of(
          Map.of(
              "none", new Wanted("none", 1),
              "mentions", new Wanted("mentions", 1),
              "default", new Wanted("default", 1),
              "all", new Wanted("all", 1)));

  @Test
  void in_a_small_room_a_post_concerns_those_who_want_more_than_mentions() {
    assertThat(wishes.concernedBy("alice", null, false)).containsOnly("default", "all");
    assertThat(wishes.concernedBy("alice", List.of("mentions", "none", "stranger"), false))
        .containsOnly("default", "all", "mentions");
  }

  @Test
  void in_a_large_room_a_post_concerns_those_it_mentions_and_those_who_want_all() {
    assertThat(wishes.concernedBy("alice", null, true)).containsOnly("all");
    assertThat(wishes.concernedBy("alice", List.of("default", "none"), true))
        .containsOnly("all", "default");
    assertThat(wishes.concernedBy("alice", List.of("*"), true))
        .containsOnly("all", "default", "mentions");
  }

  @Test
  void a_post_never_concerns_its_sender() {
    assertThat(wishes.concernedBy("all", List.of("all"), false)).containsOnly("default");
  }

  @Test
  void an_older_wish_that_comes_late_changes_nothing() {
    Wishes now = wishes.with("all", new Wanted("none", 5)).with("all", new Wanted("all", 3));
    assertThat(now.concernedBy("alice", null, true)).isEmpty();
    assertThat(now.with("all", new Wanted("all", 6)).concernedBy("alice", null, true))
        .containsOnly("all");
  }

  @Test
  void who_leaves_is_forgotten() {
    assertThat(wishes.without(List.of("all", "default")).concernedBy("alice", null, false))
        .isEmpty();
  }
}
