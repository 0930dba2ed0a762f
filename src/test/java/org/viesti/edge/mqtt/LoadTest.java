package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadTest {
  private final AtomicLong total = new AtomicLong(1000);
  private final Load load = new Load(total::get);

  private void pass(int times, double seconds, int more) {
    for (int i = 0; i < times; i++) {
      total.addAndGet(more);
      load.passed(seconds);
    }
  }

  @Test
  void what_was_before_it_began_is_no_load() {
    load.passed(10);
    assertThat(load.average(0)).isZero();
  }

  @Test
  void a_steady_stream_becomes_its_rate_a_minute_the_sooner_the_shorter_the_average() {
    pass(6, 10, 50);
    double e = Math.exp(-1);
    assertThat(load.average(0)).isCloseTo(300 * (1 - e), within(0.01));
    assertThat(load.average(1)).isCloseTo(300 * (1 - Math.exp(-1 / 5.0)), within(0.01));
    assertThat(load.average(2)).isCloseTo(300 * (1 - Math.exp(-1 / 15.0)), within(0.01));
    pass(600, 10, 50);
    assertThat(load.average(2)).isCloseTo(300, within(1.0));
  }

  @Test
  void how_often_it_is_looked_at_makes_no_difference() {
    pass(60, 1, 5);
    Load rarely = new Load(total::get);
    total.addAndGet(300);
    rarely.passed(60);
    assertThat(rarely.average(0)).isCloseTo(load.average(0), within(0.01));
  }
}
