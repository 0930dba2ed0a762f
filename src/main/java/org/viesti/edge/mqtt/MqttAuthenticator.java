package org.viesti.edge.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.security.Authenticator;
import org.viesti.security.Principal;

/**
 * Turns what a CONNECT says of its sender into a principal. The password is a token (JWT), whose
 * device must be the client's; the user name may be anything, because the token names the user.
 */
public final class MqttAuthenticator {
  private static final UserId ANONYMOUS = new UserId("default", "anonymous");

  private final Authenticator tokens;
  private final boolean anonymous;

  public MqttAuthenticator(Authenticator tokens, MqttSettings settings) {
    this.tokens = tokens;
    this.anonymous = settings.anonymous();
  }

  /**
   * Fails with {@link Refused}.
   *
   * @param clientId empty: the principal's device becomes the client id
   */
  CompletionStage<Principal> authenticate(
      String clientId, @Nullable String user, byte @Nullable [] password) {
    if (password == null) {
      return user == null && anonymous
          ? CompletableFuture.completedFuture(anonymous(clientId))
          : refused(ErrorCode.UNAUTHENTICATED, "a token is needed, as the password");
    }
    return tokens
        .authenticate(new String(password, StandardCharsets.UTF_8))
        .thenApply(principal -> ofDevice(principal, clientId));
  }

  private static Principal anonymous(String clientId) {
    String device = clientId.isEmpty() ? ClientIds.random() : ClientIds.device(clientId);
    return new Principal(ANONYMOUS, device, Set.of(), Principal.NEVER);
  }

  private static Principal ofDevice(Principal principal, String clientId) {
    if (clientId.isEmpty()
        || clientId.equals(principal.device())
        || ClientIds.device(clientId).equals(principal.device())) {
      return principal;
    }
    throw new Refused(
        ErrorCode.PERMISSION_DENIED,
        "the token is for device " + principal.device() + ": connect with that as the client id");
  }

  private static CompletionStage<Principal> refused(ErrorCode code, String detail) {
    return CompletableFuture.failedFuture(new Refused(code, detail));
  }
}
