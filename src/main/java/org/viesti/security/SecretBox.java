package org.viesti.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals bytes under one key, so that they can be neither read nor changed without it: AES-256-GCM
 * (NIST SP 800-38D), with a random nonce before the sealed bytes. May be used from any thread.
 */
public final class SecretBox {
  /** Of a key, in bytes. */
  public static final int KEY = 32;

  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;

  /**
   * @param key {@link #KEY} bytes
   */
  public SecretBox(byte[] key) {
    if (key.length != KEY) {
      throw new IllegalArgumentException("a key has " + KEY + " bytes, not " + key.length);
    }
    this.key = new SecretKeySpec(key, "AES");
  }

  /** A new key. */
  public static byte[] newKey() {
    byte[] key = new byte[KEY];
    RANDOM.nextBytes(key);
    return key;
  }

  /** These bytes, to be opened only as what they are said to be. */
  public byte[] seal(byte[] plain, String what) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, what);
      byte[] sealed = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(plain.length));
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** What was sealed; throws {@link Broken} unless it was, under this key, as that. */
  public byte[] open(byte[] sealed, String what) {
    if (sealed.length < NONCE) {
      throw new Broken();
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), what)
          .doFinal(sealed, NONCE, sealed.length - NONCE);
    } catch (GeneralSecurityException e) {
      throw new Broken();
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String what) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(what.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  /** Not sealed under this key, or as something else. */
  public static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken() {
      super("sealed with another key, or changed since", null, false, false);
    }
  }
}
