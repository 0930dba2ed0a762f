package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.viesti.protocol.UserId;

class PrincipalTest {
  /** One that could not be counted would end whoever counts it. */
  @Test
  void it_expires_at_a_time_that_can_be_counted_in_milliseconds() {
    Principal principal = new Principal(new UserId("acme", "ann"), "phone", Set.of(), Instant.MAX);
    assertThat(principal.expires().toEpochMilli()).isEqualTo(Long.MAX_VALUE);
  }
}
