package org.viesti.platform.xmpp;

import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.SmackException.EndpointConnectionException;
import org.jivesoftware.smack.SmackException.NoResponseException;
import org.jivesoftware.smack.SmackException.NotConnectedException;
import org.jivesoftware.smack.SmackException.SecurityRequiredByClientException;
import org.jivesoftware.smack.XMPPException.StreamErrorException;
import org.jivesoftware.smack.XMPPException.XMPPErrorException;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StreamError;
import org.jivesoftware.smack.sasl.SASLError;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jspecify.annotations.Nullable;

/** Why there is no link, or no longer, in words for the client. */
final class LinkFailure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final String kind;
  private final String condition;
  private final boolean passing;

  private LinkFailure(String kind, String text, String condition, boolean passing) {
    super(text, null, false, false);
    this.kind = kind;
    this.condition = condition;
    this.passing = passing;
  }

  /** The network's; in the words of Node.js, which clients of Sockethub may look for. */
  static LinkFailure network(String text) {
    return new LinkFailure("", text, "network", true);
  }

  /** One that trying again does not mend. */
  static LinkFailure lasting(String text) {
    return new LinkFailure("", text, "protocol", false);
  }

  static LinkFailure of(Throwable e, Account account) {
    return switch (e) {
      case SASLErrorException refused -> login(refused);
      case StreamErrorException error -> stream(error.getStreamError());
      case XMPPErrorException error -> stanza(error.getStanzaError());
      case EndpointConnectionException unreached -> unreached(unreached, account);
      case SecurityRequiredByClientException none -> lasting("the server offers no TLS");
      case NoResponseException late -> network("ETIMEDOUT: no answer");
      case NotConnectedException gone -> network("read ECONNRESET");
      case SSLException cut
          when cut.getCause() instanceof EOFException
              || cut.getCause() instanceof SocketException ->
          network("read ECONNRESET");
      case SSLException refused -> lasting("TLS failed: " + refused.getMessage());
      case CertificateException refused -> lasting("TLS failed: " + refused.getMessage());
      case SmackException.SmackSaslException other -> lasting(words(other));
      case SmackException.SmackMessageException ended -> network("read ECONNRESET");
      case SmackException wrapped when wrapped.getCause() instanceof Exception cause ->
          of(cause, account);
      case XmlPullParserException cut -> network("read ECONNRESET");
      case IOException io -> network("read ECONNRESET");
      default -> lasting(words(e));
    };
  }

  private static LinkFailure login(SASLErrorException refused) {
    SASLError error = refused.getSASLFailure().getSASLError();
    return new LinkFailure(
        "SASLError: ",
        withText(error.toString(), refused.getSASLFailure().getDescriptiveText()),
        error.toString(),
        error == SASLError.temporary_auth_failure);
  }

  private static LinkFailure stream(StreamError error) {
    String condition = error.getCondition().toString();
    boolean passing =
        switch (error.getCondition()) {
          case connection_timeout,
              internal_server_error,
              remote_connection_failed,
              reset,
              resource_constraint,
              system_shutdown,
              undefined_condition ->
              true;
          default -> false;
        };
    return new LinkFailure(
        "StreamError: ", withText(condition, error.getDescriptiveText()), condition, passing);
  }

  private static LinkFailure stanza(StanzaError error) {
    String condition = error.getCondition().toString();
    return new LinkFailure(
        "StanzaError: ",
        withText(condition, error.getDescriptiveText()),
        condition,
        error.getType() == StanzaError.Type.WAIT);
  }

  private static LinkFailure unreached(EndpointConnectionException e, Account account) {
    String host =
        account.host() == null ? account.address().getDomain().toString() : account.host();
    if (e.getConnectionExceptions().isEmpty()) {
      return network("getaddrinfo ENOTFOUND " + host);
    }
    Exception last = e.getConnectionExceptions().getLast().getException();
    String code =
        switch (last) {
          case ConnectException refused -> "ECONNREFUSED";
          case NoRouteToHostException none -> "EHOSTUNREACH";
          case SocketTimeoutException late -> "ETIMEDOUT";
          default -> "ENETUNREACH";
        };
    return network("connect " + code + " " + host + ":" + account.port());
  }

  private static String withText(String condition, @Nullable String text) {
    return text == null ? condition : condition + " - " + text;
  }

  private static String words(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Such as {@code not-authorized - The response ...}. */
  String text() {
    return String.valueOf(getMessage());
  }

  /** The same, after what kind of error it is, such as {@code SASLError: }. */
  String wholeText() {
    return kind + text();
  }

  /** Such as {@code not-authorized}, or {@code network}. */
  String condition() {
    return condition;
  }

  /** Whether trying again may do. */
  boolean mayPass() {
    return passing;
  }
}
