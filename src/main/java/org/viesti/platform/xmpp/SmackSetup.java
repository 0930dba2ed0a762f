package org.viesti.platform.xmpp;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.jivesoftware.smack.SASLAuthentication;
import org.jivesoftware.smack.Smack;
import org.jivesoftware.smack.SmackConfiguration;
import org.jivesoftware.smack.provider.ProviderManager;
import org.jivesoftware.smack.sasl.core.SASLAnonymous;
import org.jivesoftware.smack.sasl.core.SASLXOauth2Mechanism;
import org.jivesoftware.smack.sasl.core.SCRAMSHA1Mechanism;
import org.jivesoftware.smack.sasl.core.ScramSha1PlusMechanism;

/**
 * What Smack has once for the process: made small before its first use. Its managers of rosters,
 * service discovery and the like would ask and answer by themselves; its ways to log in keep
 * passwords.
 */
final class SmackSetup {
  /** Held, or its level would be forgotten. What it warns of, the client is told as events. */
  private static final Logger SMACKS_LOG = Logger.getLogger("org.jivesoftware.smack");

  static {
    SMACKS_LOG.setLevel(Level.SEVERE);
    SmackConfiguration.addDisabledSmackClasses(
        "org.jivesoftware.smack.ReconnectionManager",
        "org.jivesoftware.smack.extensions.ExtensionsInitializer",
        "org.jivesoftware.smack.im.SmackImInitializer",
        "org.jivesoftware.smack.sasl.javax.SASLJavaXSmackInitializer");
    Smack.ensureInitialized();
    SASLAuthentication.unregisterSASLMechanism(SCRAMSHA1Mechanism.class.getName());
    SASLAuthentication.unregisterSASLMechanism(ScramSha1PlusMechanism.class.getName());
    SASLAuthentication.unregisterSASLMechanism(SASLXOauth2Mechanism.class.getName());
    SASLAuthentication.unregisterSASLMechanism(SASLAnonymous.class.getName());
    SASLAuthentication.registerSASLMechanism(Scram.sha256());
    SASLAuthentication.registerSASLMechanism(Scram.sha1());
    SASLAuthentication.registerSASLMechanism(new Plain());
    ProviderManager.addIQProvider("query", Namespaces.ROOM_INFO, ElementIq.PROVIDER);
    ProviderManager.addIQProvider("query", Namespaces.ATTENDANCE, ElementIq.PROVIDER);
    ProviderManager.addIQProvider("query", Namespaces.ROSTER, ElementIq.PROVIDER);
  }

  private SmackSetup() {}

  /** Done when this returns. */
  static void once() {}
}
