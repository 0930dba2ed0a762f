package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A typed no.
 *
 * @param detail a sentence for people; says what to mend
 * @param limit the setting that was hit, if one was
 * @param retryAfterMs milliseconds after which the same request may succeed, if time helps
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Refusal(
    ErrorCode code, String detail, @Nullable String limit, @Nullable Long retryAfterMs) {

  public static Refusal of(ErrorCode code, String detail) {
    return new Refusal(code, detail, null, null);
  }
}
