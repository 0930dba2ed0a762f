package org.viesti.security;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;

/**
 * Who a client's TLS certificate says it is: the one common name of its subject. That an authority
 * we trust has signed it, and that the client has its key, was found by the handshake.
 *
 * @param expires its last moment
 */
public record ClientCertificate(String commonName, Instant expires) {

  /** Fails with UNAUTHENTICATED for one that has no common name, or several. */
  public static ClientCertificate of(X509Certificate certificate) {
    List<String> names = commonNames(certificate.getSubjectX500Principal().getName());
    if (names.size() != 1 || names.getFirst().isBlank()) {
      throw new Refused(
          ErrorCode.UNAUTHENTICATED, "the subject of the certificate must have one common name");
    }
    return new ClientCertificate(names.getFirst(), certificate.getNotAfter().toInstant());
  }

  private static List<String> commonNames(String subject) {
    List<String> names = new ArrayList<>(1);
    try {
      for (Rdn rdn : new LdapName(subject).getRdns()) {
        var values = rdn.toAttributes().getAll();
        while (values.hasMoreElements()) {
          var attribute = values.nextElement();
          for (int i = 0; attribute.getID().equalsIgnoreCase("cn") && i < attribute.size(); i++) {
            names.add(text(attribute.get(i)));
          }
        }
      }
    } catch (InvalidNameException e) {
      return List.of();
    } catch (javax.naming.NamingException e) {
      throw new IllegalStateException(e);
    }
    return names;
  }

  /** A value that is no text is given as its bytes. */
  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  /** Whom it speaks for where nothing else is shown. */
  public Principal principal(UserId user, String device) {
    return with(new Principal(user, device, Set.of(), Principal.NEVER));
  }

  /** Whoever showed something else, and this certificate too: while both are good. */
  public Principal with(Principal principal) {
    return new Principal(
        principal.user(),
        principal.device(),
        principal.roles(),
        principal.expires().isBefore(expires) ? principal.expires() : expires,
        new Principal.Proof(principal.proof().secret(), commonName));
  }
}
