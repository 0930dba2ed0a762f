package org.viesti.platform.xmpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.jxmpp.jid.EntityBareJid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.jid.parts.Resourcepart;
import org.jxmpp.stringprep.XmppStringprepException;
import org.viesti.platform.PlatformFailure;

/**
 * Who logs in where, without the password.
 *
 * @param host null: DNS is asked for the server of the address's domain (RFC 6120 §3.2)
 * @param service the server as the client named it, for texts
 */
record Account(
    EntityBareJid address, Resourcepart resource, @Nullable String host, int port, String service) {
  private static final String CREDENTIALS = "xmpp credentials.object.";
  private static final int PORT = 5222;
  private static final Pattern SERVER =
      Pattern.compile("(?:xmpp://)?([^/:\\[\\]\\s]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?/?");

  static Account of(ObjectNode credentials) throws PlatformFailure {
    EntityBareJid address = address(credentials);
    String domain = address.getDomain().toString();
    String given = credentials.path("server").asText("");
    Matcher server = SERVER.matcher(given.isEmpty() ? domain : given);
    if (!server.matches()) {
      throw wrong("server must be 'host' or 'xmpp://host:port'");
    }
    int port = port(credentials, server.group(2));
    String service = given.isEmpty() ? domain : given;
    if (credentials.path("port").isNumber()) {
      service += ":" + port;
    }
    // DNS knows nothing of a server that was named, nor of this machine.
    boolean named = !given.isEmpty() || credentials.has("port") || isThisMachine(domain);
    String host = named ? server.group(1).replaceAll("[\\[\\]]", "") : null;
    return new Account(address, resource(credentials), host, port, service);
  }

  private static EntityBareJid address(ObjectNode credentials) throws PlatformFailure {
    // Clients of Sockethub 4 call it username.
    String key = credentials.has("userAddress") ? "userAddress" : "username";
    try {
      return JidCreate.entityBareFrom(credentials.path(key).asText());
    } catch (XmppStringprepException e) {
      throw wrong("userAddress must be a JID in the form 'user@server'");
    }
  }

  private static Resourcepart resource(ObjectNode credentials) throws PlatformFailure {
    try {
      return Resourcepart.from(credentials.path("resource").asText());
    } catch (XmppStringprepException e) {
      throw wrong("resource must be a resource of a JID");
    }
  }

  private static int port(ObjectNode credentials, @Nullable String inServer)
      throws PlatformFailure {
    JsonNode given = credentials.path("port");
    int port =
        given.isNumber() ? given.asInt() : inServer == null ? PORT : Integer.parseInt(inServer);
    if (port < 1 || port > 65_535 || (given.isNumber() && given.asDouble() != port)) {
      throw wrong("port must be 1 to 65535");
    }
    return port;
  }

  private static boolean isThisMachine(String domain) {
    return domain.equals("localhost") || domain.endsWith(".localhost") || isAddress(domain);
  }

  private static boolean isAddress(String domain) {
    return domain.startsWith("[") || domain.matches("[0-9]+(\\.[0-9]+){3}");
  }

  private static PlatformFailure wrong(String what) {
    return PlatformFailure.lasting(CREDENTIALS + what);
  }
}
