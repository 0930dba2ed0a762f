package org.viesti.platform.xmpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.CallbackHandler;
import org.jivesoftware.smack.SmackException.SmackSaslException;
import org.jivesoftware.smack.sasl.SASLMechanism;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802, RFC 7677) without channel binding. Smack's own keeps each password for the life
 * of the process, as the key of a cache; this one forgets it.
 */
final class Scram extends SASLMechanism {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A server that asks for more would have the node calculate for seconds. */
  private static final int MAX_ITERATIONS = 1_000_000;

  private final String digest;
  private final int bytes;
  private final int priority;

  private String nonce = "";
  private String clientFirst = "";
  private byte @Nullable [] serverSignature;
  private boolean verified;

  private Scram(String digest, int bytes, int priority) {
    this.digest = digest;
    this.bytes = bytes;
    this.priority = priority;
  }

  static Scram sha256() {
    return new Scram("SHA-256", 32, 10);
  }

  static Scram sha1() {
    return new Scram("SHA-1", 20, 20);
  }

  @Override
  public String getName() {
    return "SCRAM-" + digest;
  }

  /** The lowest is taken first. */
  @Override
  public int getPriority() {
    return priority;
  }

  @Override
  protected SASLMechanism newInstance() {
    return new Scram(digest, bytes, priority);
  }

  @Override
  protected void authenticateInternal(CallbackHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  protected byte[] getAuthenticationText() {
    byte[] random = new byte[24];
    RANDOM.nextBytes(random);
    nonce = Base64.getEncoder().encodeToString(random);
    String name = saslPrep(authenticationId).replace("=", "=3D").replace(",", "=2C");
    clientFirst = "n=" + name + ",r=" + nonce;
    return ("n,," + clientFirst).getBytes(UTF_8);
  }

  @Override
  protected byte @Nullable [] evaluateChallenge(byte[] challenge) throws SmackSaslException {
    String said = new String(challenge, UTF_8);
    try {
      if (serverSignature == null) {
        return proof(said);
      }
      byte[] signature = Base64.getDecoder().decode(attributes(said).getOrDefault('v', ""));
      verified = MessageDigest.isEqual(serverSignature, signature);
      return null;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new SmackSaslException("the server's " + getName() + " challenge is not one", e);
    }
  }

  private byte[] proof(String serverFirst) throws SmackSaslException, GeneralSecurityException {
    Map<Character, String> said = attributes(serverFirst);
    String both = said.getOrDefault('r', "");
    if (!both.startsWith(nonce) || both.length() == nonce.length()) {
      throw new SmackSaslException("the server answers another client's nonce");
    }
    int iterations = Integer.parseInt(said.getOrDefault('i', ""));
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new SmackSaslException("the server asks for " + iterations + " iterations");
    }
    byte[] salt = Base64.getDecoder().decode(said.getOrDefault('s', ""));
    byte[] salted = salted(salt, iterations);
    String clientFinal = "c=biws,r=" + both; // biws: "n,,", no channel binding
    byte[] all = (clientFirst + "," + serverFirst + "," + clientFinal).getBytes(UTF_8);
    byte[] clientKey = hmac(salted, "Client Key".getBytes(UTF_8));
    byte[] storedKey = MessageDigest.getInstance(digest).digest(clientKey);
    byte[] proof = hmac(storedKey, all);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= clientKey[i];
    }
    serverSignature = hmac(hmac(salted, "Server Key".getBytes(UTF_8)), all);
    return (clientFinal + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(UTF_8);
  }

  private byte[] salted(byte[] salt, int iterations) throws GeneralSecurityException {
    char[] secret = saslPrep(password).toCharArray();
    PBEKeySpec key = new PBEKeySpec(secret, salt, iterations, bytes * 8);
    Arrays.fill(secret, '\0');
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmac" + digest.replace("-", ""))
          .generateSecret(key)
          .getEncoded();
    } finally {
      key.clearPassword();
    }
  }

  private byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
    String name = "Hmac" + digest.replace("-", "");
    Mac mac = Mac.getInstance(name);
    mac.init(new SecretKeySpec(key, name));
    return mac.doFinal(text);
  }

  private static Map<Character, String> attributes(String said) {
    Map<Character, String> attributes = new HashMap<>();
    for (String attribute : said.split(",", -1)) {
      if (attribute.length() > 1 && attribute.charAt(1) == '=') {
        attributes.put(attribute.charAt(0), attribute.substring(2));
      }
    }
    return attributes;
  }

  /** Also that the server knows the password. */
  @Override
  protected void checkIfSuccessfulOrThrow() throws SmackSaslException {
    password = "";
    if (!verified) {
      throw new SmackSaslException("the server did not show that it knows the password");
    }
  }
}
