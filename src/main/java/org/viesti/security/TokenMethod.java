package org.viesti.security;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/**
 * The method {@code JWT}: the data is a token, and there is no challenge. A client that begins
 * again with a newer token, before its last one's time is over, stays connected.
 */
public final class TokenMethod implements EnhancedAuthentication {
  private @Nullable Authenticator tokens;

  @Override
  public String method() {
    return "JWT";
  }

  @Override
  public void start(Authenticator authenticator) {
    tokens = authenticator;
  }

  @Override
  public Exchange begin(Client client) {
    return data ->
        data == null
            ? CompletableFuture.failedFuture(
                new Refused(ErrorCode.UNAUTHENTICATED, "a token is needed, as authentication data"))
            : Objects.requireNonNull(tokens)
                .authenticate(new String(data, StandardCharsets.UTF_8))
                .thenApply(principal -> new Known(principal, null));
  }
}
