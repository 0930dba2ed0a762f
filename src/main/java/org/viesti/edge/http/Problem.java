package org.viesti.edge.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;

/**
 * Why a call was refused (RFC 9457, {@code application/problem+json}).
 *
 * @param type {@code urn:viesti:error:} and the code in lower case
 * @param limit the setting that was hit, if one was
 * @param retryAfter milliseconds after which the same call may succeed, if time helps; the header
 *     Retry-After has it in seconds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
    String type,
    String title,
    int status,
    String detail,
    ErrorCode code,
    @Nullable String limit,
    @Nullable Long retryAfter) {

  static Problem of(Refusal refusal) {
    return of(refusal, status(refusal.code()));
  }

  /** For what HTTP has a status of its own for, such as a method that does not apply. */
  static Problem of(Refusal refusal, int status) {
    String word = refusal.code().name().toLowerCase(Locale.ROOT);
    return new Problem(
        "urn:viesti:error:" + word,
        word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1).replace('_', ' '),
        status,
        refusal.detail(),
        refusal.code(),
        refusal.limit(),
        refusal.retryAfterMs());
  }

  /** The one table of codes. */
  static int status(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> 400;
      case UNAUTHENTICATED, TOKEN_EXPIRED -> 401;
      case DEVICE_REVOKED, PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, FAILED_PRECONDITION, RESUME_REJECTED, CONNECTED_ELSEWHERE -> 409;
      case GONE -> 410;
      case TOO_LARGE -> 413;
      case PAYLOAD_MISMATCH, LIMIT_EXCEEDED -> 422;
      case RATE_LIMITED -> 429;
      case INTERNAL -> 500;
      case DRAINING, UNAVAILABLE -> 503;
    };
  }

  List<HttpHeader> headers() {
    List<HttpHeader> headers = new ArrayList<>();
    if (retryAfter != null) {
      headers.add(RawHeader.create("Retry-After", Long.toString(Math.ceilDiv(retryAfter, 1000))));
    }
    if (status == 401) {
      headers.add(RawHeader.create("WWW-Authenticate", "Bearer"));
    }
    return headers;
  }
}
