package org.viesti.edge.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EchoesTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // it may wrap
  private final Echoes echoes = new Echoes(now::get);

  private void expect(String topic, String payload) {
    echoes.expect(topic, payload.getBytes(UTF_8));
  }

  private boolean take(String topic, String payload) {
    return echoes.take(topic, payload.getBytes(UTF_8));
  }

  @Test
  void each_is_found_as_often_as_it_was_given() {
    expect("a", "1");
    expect("a", "1");
    expect("a", "2");
    assertThat(take("b", "1")).isFalse();
    assertThat(take("a", "1")).isTrue();
    assertThat(take("a", "1")).isTrue();
    assertThat(take("a", "1")).isFalse();
    assertThat(take("a", "2")).isTrue();
  }

  @Test
  void it_is_remembered_so_long_and_no_longer() {
    expect("a", "1");
    now.addAndGet(Echoes.WITHIN.toNanos());
    assertThat(take("a", "1")).isTrue();
    expect("a", "1");
    now.addAndGet(Echoes.WITHIN.toNanos() + 1);
    assertThat(take("a", "1")).isFalse();
  }

  @Test
  void past_so_many_the_oldest_is_forgotten() {
    for (int i = 0; i <= Echoes.MOST; i++) {
      expect("a", "" + i);
    }
    assertThat(take("a", "0")).isFalse();
    assertThat(take("a", "1")).isTrue();
    assertThat(take("a", "" + Echoes.MOST)).isTrue();
  }
}
