package org.viesti.edge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.security.Authenticator;
import org.viesti.security.EnhancedAuthentication;
import org.viesti.security.Principal;

/**
 * A method of two steps, for tests: asks {@code who}; {@code ann} is Ann's device phone, and is
 * told {@code hei}; to {@code hm} there is no answer.
 */
public final class RiddleMethod implements EnhancedAuthentication {
  @Override
  public String method() {
    return "RIDDLE";
  }

  @Override
  public void start(Authenticator tokens) {}

  @Override
  public Exchange begin(Client client) {
    return new Exchange() {
      private boolean asked;

      @Override
      public CompletionStage<Step> next(byte @Nullable [] data) {
        if (!asked) {
          asked = true;
          return CompletableFuture.completedFuture(new Challenge("who".getBytes(UTF_8)));
        }
        return switch (data == null ? "" : new String(data, UTF_8)) {
          case "ann" ->
              CompletableFuture.completedFuture(
                  new Known(
                      new Principal(new UserId("acme", "ann"), "phone", Set.of(), Principal.NEVER),
                      "hei".getBytes(UTF_8)));
          case "hm" -> new CompletableFuture<>();
          default ->
              CompletableFuture.failedFuture(new Refused(ErrorCode.UNAUTHENTICATED, "wrong"));
        };
      }
    };
  }
}
