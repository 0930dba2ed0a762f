package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(new SplittableRandom(7));

  @Test
  void each_wait_is_about_twice_the_one_before_up_to_the_longest() {
    Duration ceiling = Backoff.FIRST;
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(backoff.next()).isBetween(ceiling.dividedBy(2), ceiling);
      Duration doubled = ceiling.multipliedBy(2);
      ceiling = doubled.compareTo(Backoff.LONGEST) < 0 ? doubled : Backoff.LONGEST;
    }
    assertThat(ceiling).isEqualTo(Backoff.LONGEST);
  }

  @Test
  void two_who_wait_do_not_come_back_together() {
    Backoff other = new Backoff(new SplittableRandom(8));
    for (int attempt = 0; attempt < 8; attempt++) {
      backoff.next();
      other.next();
    }

    assertThat(backoff.next()).isNotEqualTo(other.next());
  }

  @Test
  void after_a_success_it_begins_anew() {
    for (int attempt = 0; attempt < 8; attempt++) {
      backoff.next();
    }

    backoff.reset();

    assertThat(backoff.next()).isLessThanOrEqualTo(Backoff.FIRST);
  }
}
