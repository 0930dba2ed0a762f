package org.viesti.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private final AtomicLong nanos = new AtomicLong();

  private void pass(long ms) {
    nanos.addAndGet(ms * 1_000_000);
  }

  @Test
  void it_gives_so_many_at_once_and_then_so_many_a_second() {
    TokenBucket bucket = new TokenBucket(10, 3, nanos::get);
    for (int i = 0; i < 3; i++) {
      assertThat(bucket.take()).isZero();
    }
    assertThat(bucket.take()).isEqualTo(100);
    pass(100);
    assertThat(bucket.take()).isZero();
    pass(10_000);
    assertThat(bucket.isFull()).isTrue();
  }

  @Test
  void what_is_spent_beyond_it_is_owed() {
    TokenBucket bucket = new TokenBucket(10, 3, nanos::get);
    bucket.spend(3);
    assertThat(bucket.behind()).isZero();
    bucket.spend(5);
    assertThat(bucket.behind()).isEqualTo(500);
    pass(400);
    assertThat(bucket.behind()).isEqualTo(100);
    pass(100);
    assertThat(bucket.behind()).isZero();
    pass(60_000);
    bucket.spend(4);
    assertThat(bucket.behind()).as("it never holds more than it gives at once").isEqualTo(100);
  }

  @Test
  void without_a_rate_there_is_no_limit() {
    TokenBucket bucket = new TokenBucket(0, 1, nanos::get);
    bucket.spend(1_000_000);
    assertThat(bucket.behind()).isZero();
    assertThat(bucket.take()).isZero();
  }
}
