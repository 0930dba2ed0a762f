package org.viesti.edge.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.socketio.RateLimit.Verdict.DROPPED;
import static org.viesti.edge.socketio.RateLimit.Verdict.ONE_TOO_MANY;
import static org.viesti.edge.socketio.RateLimit.Verdict.SERVED;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final RateLimit limit =
      new RateLimit(
          new SocketIoSettings.Rate(2, Duration.ofSeconds(1), Duration.ofSeconds(5)),
          Long.MAX_VALUE - 10); // the clock may run over

  private RateLimit.Verdict at(long ms) {
    return limit.event(Long.MAX_VALUE - 10 + Duration.ofMillis(ms).toNanos());
  }

  @Test
  void each_window_has_its_events() {
    assertThat(at(0)).isEqualTo(SERVED);
    assertThat(at(999)).isEqualTo(SERVED);
    assertThat(at(1000)).isEqualTo(SERVED);
    assertThat(at(1001)).isEqualTo(SERVED);
  }

  @Test
  void one_too_many_blocks_for_a_while_from_then_on() {
    at(0);
    at(500);
    assertThat(at(900)).isEqualTo(ONE_TOO_MANY);
    assertThat(at(901)).isEqualTo(DROPPED);
    assertThat(at(5899)).isEqualTo(DROPPED);
    assertThat(at(5900)).isEqualTo(SERVED);
    assertThat(at(5901)).isEqualTo(SERVED);
    assertThat(at(5902)).isEqualTo(ONE_TOO_MANY);
  }
}
