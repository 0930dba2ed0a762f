package org.viesti.edge.mqtt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Client ids as device ids. A client id is any UTF-8, a device id is 1 to 128 of {@code
 * [0-9A-Za-z._@|:=~-]}: other bytes become {@code =} and two hex digits, and what is then too long
 * becomes its beginning and its SHA-256. No two client ids have the same device id.
 */
final class ClientIds {
  private static final int MOST = 128;

  /** Between the beginning and the hash; nothing is quoted so, for = is followed by hex. */
  private static final String HASHED = "=~";

  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final SecureRandom RANDOM = new SecureRandom();

  private ClientIds() {}

  /** The device id of a client id that is not empty. */
  static String device(String clientId) {
    byte[] bytes = clientId.getBytes(StandardCharsets.UTF_8);
    StringBuilder device = new StringBuilder(clientId.length());
    for (byte b : bytes) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        device.append(c);
      } else {
        device.append('=').append(HEX.toHexDigits(b));
      }
    }
    if (device.length() <= MOST) {
      return device.toString();
    }
    String hash = HASHED + HEX.formatHex(sha256(bytes));
    device.setLength(MOST - hash.length());
    return device.append(hash).toString();
  }

  /** One that nobody else has, for a client that has none. */
  static String random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return "auto-" + HexFormat.of().formatHex(bytes);
  }

  private static boolean isPlain(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "._@|:~-".indexOf(c) >= 0;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
