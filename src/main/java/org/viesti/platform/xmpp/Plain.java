package org.viesti.platform.xmpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import javax.security.auth.callback.CallbackHandler;
import org.jivesoftware.smack.SmackException.SmackSaslException;
import org.jivesoftware.smack.sasl.SASLMechanism;

/** PLAIN (RFC 4616), only where TLS hides it; the last way taken. */
final class Plain extends SASLMechanism {

  @Override
  public String getName() {
    return "PLAIN";
  }

  @Override
  public int getPriority() {
    return 30;
  }

  @Override
  protected SASLMechanism newInstance() {
    return new Plain();
  }

  @Override
  protected void authenticateInternal(CallbackHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected byte[] getAuthenticationText() throws SmackSaslException {
    if (sslSession == null) {
      throw new SmackSaslException("the server wants the password in clear, without TLS");
    }
    byte[] text = ("\0" + authenticationId + "\0" + password).getBytes(UTF_8);
    password = "";
    return text;
  }

  @Override
  protected void checkIfSuccessfulOrThrow() {}
}
