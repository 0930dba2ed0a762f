package org.viesti.edge.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.security.Authenticator;
import org.viesti.security.ClientCertificate;
import org.viesti.security.EnhancedAuthentication;
import org.viesti.security.Principal;
import org.viesti.security.SecretAuthenticator;

/**
 * Turns what a CONNECT and its socket say of their sender into a principal.
 *
 * <p>The password is a token (JWT), whose device must be the client's, while the user name may be
 * anything, because the token names the user; or it is the secret of the device that the client id
 * names, of the user that the user name names, as {@code user} or {@code tenant/user}. A client
 * without a password is who its certificate says: the common name is its user, and its device.
 */
public final class MqttAuthenticator {
  private static final UserId ANONYMOUS = new UserId("default", "anonymous");

  private final Authenticator tokens;
  private final SecretAuthenticator secrets;
  private final String tenant;
  private final boolean anonymous;
  private final boolean anyClientId;
  private final Map<String, EnhancedAuthentication> methods = new HashMap<>();

  /**
   * @param tenant of user names and certificates, which name none
   */
  public MqttAuthenticator(
      Authenticator tokens, SecretAuthenticator secrets, String tenant, MqttSettings settings) {
    this.tokens = tokens;
    this.secrets = secrets;
    this.tenant = tenant;
    this.anonymous = settings.anonymous();
    this.anyClientId = settings.anyClientId();
    for (EnhancedAuthentication method : ServiceLoader.load(EnhancedAuthentication.class)) {
      method.start(tokens);
      methods.put(method.method(), method);
    }
  }

  /**
   * Fails with {@link Refused}.
   *
   * @param clientId empty: the principal's device becomes the client id
   */
  CompletionStage<Principal> authenticate(
      String clientId, @Nullable String user, byte @Nullable [] password, Peer peer) {
    try {
      ClientCertificate certificate =
          peer.certificate() == null ? null : ClientCertificate.of(peer.certificate());
      if (password == null) {
        return CompletableFuture.completedFuture(
            certificate == null ? anonymous(clientId, user) : certified(clientId, certificate));
      }
      CompletionStage<Principal> principal =
          byPassword(clientId, user, new String(password, StandardCharsets.UTF_8), peer);
      return certificate == null ? principal : principal.thenApply(certificate::with);
    } catch (Refused refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  /**
   * Begins an exchange by a method that the client named; throws {@link Violation} if there is no
   * such.
   *
   * @param known who it was until now; null: it is not connected
   */
  EnhancedAuthentication.Exchange begin(Connect connect, String name, @Nullable Principal known) {
    EnhancedAuthentication method = methods.get(name);
    if (method == null) {
      throw new Violation(
          Reasons.BAD_AUTHENTICATION_METHOD,
          "authentication methods are " + String.join(", ", new TreeSet<>(methods.keySet())));
    }
    return method.begin(
        new EnhancedAuthentication.Client(connect.clientId(), connect.user(), known));
  }

  /**
   * Whom an exchange has shown, as the client of this socket; throws {@link Refused}.
   *
   * @param known who it was until now; null: it is not connected
   */
  static Principal shown(Principal found, String clientId, Peer peer, @Nullable Principal known) {
    Principal principal =
        peer.certificate() == null
            ? ofDevice(found, clientId)
            : ClientCertificate.of(peer.certificate()).with(ofDevice(found, clientId));
    if (known != null
        && !(known.deviceId().equals(principal.deviceId())
            && known.roles().equals(principal.roles()))) {
      throw new Refused(
          ErrorCode.PERMISSION_DENIED, "to be another, or have other roles, connect anew");
    }
    return principal;
  }

  /** Whether a stream that was opened for it may stay: its secret was not revoked meanwhile. */
  CompletionStage<Boolean> isStillGood(Principal principal) {
    return secrets.isStillGood(principal);
  }

  private Principal anonymous(String clientId, @Nullable String user) {
    if (user != null || !anonymous) {
      throw new Refused(
          ErrorCode.UNAUTHENTICATED, "a token or a device's secret is needed, as the password");
    }
    String device = clientId.isEmpty() ? ClientIds.random() : ClientIds.device(clientId);
    return new Principal(ANONYMOUS, device, Set.of(), Principal.NEVER);
  }

  private CompletionStage<Principal> byPassword(
      String clientId, @Nullable String user, String password, Peer peer) {
    return SecretAuthenticator.isOne(password)
        ? secrets.authenticate(device(clientId, user), password, peer.address())
        : tokens.authenticate(password).thenApply(principal -> ofDevice(principal, clientId));
  }

  private DeviceId device(String clientId, @Nullable String user) {
    if (user == null || clientId.isEmpty()) {
      throw new Refused(
          ErrorCode.UNAUTHENTICATED, "with a secret, the user name and the client id are needed");
    }
    int slash = user.indexOf('/');
    try {
      UserId owner =
          slash < 0
              ? new UserId(tenant, user)
              : new UserId(user.substring(0, slash), user.substring(slash + 1));
      return new DeviceId(owner, ClientIds.device(clientId));
    } catch (Refused noName) {
      throw SecretAuthenticator.wrong();
    }
  }

  /** A certificate's name is any text, as a client id is. */
  private Principal certified(String clientId, ClientCertificate certificate) {
    String own = ClientIds.device(certificate.commonName());
    String device = clientId.isEmpty() ? own : ClientIds.device(clientId);
    if (!anyClientId && !device.equals(own)) {
      throw new Refused(
          ErrorCode.PERMISSION_DENIED,
          "the certificate is for "
              + certificate.commonName()
              + ": connect with that as the client id, or set viesti.mqtt.tls.any-client-id");
    }
    return certificate.principal(new UserId(tenant, own), device);
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
}
