package org.viesti.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentTest {
  private static final int MANY = 1000;

  @Test
  void a_retry_is_known_by_the_devices_last_posts_and_those_before_are_forgotten() {
    Sent sent = Sent.NONE;
    for (int i = 1; i <= MANY; i++) {
      assertThat(sent.find("c" + i)).isNull();
      sent = sent.and("phone", "c" + i, i, 10 * i);
      for (int back = 0; back < Math.min(i, Sent.POSTS); back++) {
        int known = i - back;
        assertThat(sent.find("c" + known))
            .isEqualTo(new Sent.Place("c" + known, known, 10 * known));
      }
      if (i > 2 * Sent.POSTS) {
        assertThat(sent.find("c" + (i - 2 * Sent.POSTS))).isNull();
      }
    }
  }

  @Test
  void what_one_device_posts_lets_the_room_forget_nothing_of_another() {
    Sent sent = Sent.NONE.and("tablet", "t", 1, 1);
    for (int i = 2; i <= MANY; i++) {
      sent = sent.and("phone", "c" + i, i, i);
    }
    assertThat(sent.find("t")).isNotNull();
  }

  @Test
  void of_ever_new_devices_those_that_posted_last_are_remembered() {
    Sent sent = Sent.NONE.and("old", "o1", 1, 1);
    for (int i = 0; i < Sent.DEVICES - 1; i++) {
      sent = sent.and("d" + i, "c" + i, i, i);
    }
    sent = sent.and("old", "o2", 20, 20).and(null, "n", 21, 21);
    assertThat(sent.find("c0")).isNull();
    assertThat(sent.find("c1")).isNotNull();
    assertThat(sent.find("o1")).isNotNull();
    assertThat(sent.find("n")).isNotNull();
  }

  @Test
  void what_was_sent_before_stays_as_it_was() {
    List<Sent> all = new ArrayList<>(List.of(Sent.NONE));
    for (int i = 1; i <= 40; i++) {
      all.add(all.getLast().and("phone", "c" + i, i, i));
    }
    for (int i = 0; i <= 40; i++) {
      List<String> ids = new ArrayList<>();
      all.get(i).forEach((device, place) -> ids.add(place.clientId()));
      assertThat(ids).hasSize(i).isEqualTo(ids.stream().distinct().toList());
      if (i > 0) {
        assertThat(ids.getFirst()).isEqualTo("c1");
        assertThat(ids.getLast()).isEqualTo("c" + i);
      }
    }
  }
}
