package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.junit.jupiter.api.Test;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;

class ProblemTest {
  @Test
  void every_code_has_a_status_that_is_an_error() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(Problem.status(code)).as(code.name()).isBetween(400, 599);
    }
  }

  @Test
  void a_problem_is_written_as_rfc_9457_has_it() {
    Problem problem =
        Problem.of(new Refusal(ErrorCode.RATE_LIMITED, "too many", "viesti.limits.user-rate", 1L));
    assertThat(new String(Json.write(problem), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"urn:viesti:error:rate_limited\",\"title\":\"Rate limited\",\"status\":429,"
                + "\"detail\":\"too many\",\"code\":\"RATE_LIMITED\","
                + "\"limit\":\"viesti.limits.user-rate\",\"retry_after\":1}");
  }

  @Test
  void a_wait_is_rounded_up_to_the_next_second() {
    assertThat(header(1L, "Retry-After")).isEqualTo("1");
    assertThat(header(1000L, "Retry-After")).isEqualTo("1");
    assertThat(header(1001L, "Retry-After")).isEqualTo("2");
  }

  private static String header(long retryAfterMs, String name) {
    return Problem.of(new Refusal(ErrorCode.UNAVAILABLE, "later", null, retryAfterMs))
        .headers()
        .stream()
        .filter(header -> header.name().equals(name))
        .map(HttpHeader::value)
        .findAny()
        .orElse("");
  }
}
