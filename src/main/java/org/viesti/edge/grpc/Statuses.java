package org.viesti.edge.grpc;

import io.grpc.Status;
import org.apache.pekko.grpc.Trailers;
import org.apache.pekko.grpc.javadsl.MetadataBuilder;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;

/** Refusals in gRPC's words. */
final class Statuses {
  static final String CODE = "viesti-code";
  static final String LIMIT = "viesti-limit";
  static final String RETRY_AFTER_MS = "viesti-retry-after-ms";

  private Statuses() {}

  /** The one table of codes. */
  static Status.Code code(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT, PAYLOAD_MISMATCH -> Status.Code.INVALID_ARGUMENT;
      case TOO_LARGE, LIMIT_EXCEEDED, RATE_LIMITED -> Status.Code.RESOURCE_EXHAUSTED;
      case UNAUTHENTICATED, TOKEN_EXPIRED -> Status.Code.UNAUTHENTICATED;
      case DEVICE_REVOKED, PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
      case NOT_FOUND, GONE -> Status.Code.NOT_FOUND;
      case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
      case FAILED_PRECONDITION, RESUME_REJECTED -> Status.Code.FAILED_PRECONDITION;
      case CONNECTED_ELSEWHERE -> Status.Code.ABORTED;
      case DRAINING, UNAVAILABLE -> Status.Code.UNAVAILABLE;
      case INTERNAL -> Status.Code.INTERNAL;
    };
  }

  static Trailers trailers(Refusal refusal) {
    MetadataBuilder metadata = new MetadataBuilder().addText(CODE, refusal.code().name());
    if (refusal.limit() != null) {
      metadata.addText(LIMIT, refusal.limit());
    }
    if (refusal.retryAfterMs() != null) {
      metadata.addText(RETRY_AFTER_MS, Long.toString(refusal.retryAfterMs()));
    }
    return new Trailers(
        code(refusal.code()).toStatus().withDescription(refusal.detail()), metadata.build());
  }
}
