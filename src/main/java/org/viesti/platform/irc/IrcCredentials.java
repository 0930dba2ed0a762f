package org.viesti.platform.irc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.PlatformFailure;

/**
 * How to log in, in clear: for as long as a login takes, and no longer.
 *
 * @param server host name or address, as the client wrote it
 * @param secret empty if {@code login} is NONE
 */
record IrcCredentials(
    String nick,
    String server,
    int port,
    boolean secure,
    boolean anyCertificate,
    String username,
    Login login,
    String secret) {
  private static final int PORT = 6667;
  private static final int SECURE_PORT = 6697;

  /** How the secret is told. */
  enum Login {
    NONE,
    /** As the server's password, by PASS. */
    PASS,
    PLAIN,
    OAUTHBEARER;

    boolean isSasl() {
      return this == PLAIN || this == OAUTHBEARER;
    }
  }

  /**
   * @param object of the credentials, as its schema has it
   */
  static IrcCredentials of(ObjectNode object) throws PlatformFailure {
    String nick = IrcText.name(object.path("nick").asText());
    boolean secure = object.path("secure").asBoolean(true);
    String password = textOf(object, "password");
    String token = textOf(object, "token");
    String secret = token == null ? password : token;
    Login login = login(object, password, secret);
    String username = textOf(object, "username");
    int port = object.path("port").asInt(secure ? SECURE_PORT : PORT);
    if (port < 1 || port > 65_535) {
      throw PlatformFailure.lasting("error connecting to server.");
    }
    return new IrcCredentials(
        nick,
        IrcText.name(object.path("server").asText()),
        port,
        secure,
        object.path("allowInvalidCert").asBoolean(false),
        username == null ? nick : IrcText.name(username),
        login,
        login == Login.NONE || secret == null ? "" : IrcText.checked(secret));
  }

  private static Login login(ObjectNode object, @Nullable String password, @Nullable String secret)
      throws PlatformFailure {
    boolean sasl = object.path("sasl").asBoolean(secret != null);
    if (!sasl) {
      return password == null ? Login.NONE : Login.PASS;
    }
    if (secret == null) {
      throw IrcLogin.refused("sasl authentication failed");
    }
    return "OAUTHBEARER".equals(textOf(object, "saslMechanism")) ? Login.OAUTHBEARER : Login.PLAIN;
  }

  private static @Nullable String textOf(ObjectNode object, String key) {
    String text = object.path(key).asText("");
    return text.isEmpty() ? null : text;
  }

  /**
   * The same for another nick. Who logs in does so as whom the server knows, which may have been by
   * the old nick.
   */
  static ObjectNode renamed(ObjectNode object, String nick) {
    ObjectNode renamed = object.deepCopy();
    boolean secret = textOf(object, "password") != null || textOf(object, "token") != null;
    if (secret && textOf(object, "username") == null) {
      renamed.put("username", object.path("nick").asText());
    }
    return renamed.put("nick", nick);
  }

  @Override
  public String toString() {
    return nick + "@" + server;
  }
}
