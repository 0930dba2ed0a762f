package org.viesti.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/**
 * Signs and reads the tokens with which a device takes up an earlier session, on any node and after
 * a restart.
 *
 * <p>A token is {@code base64url(issued " " device " " session) "." base64url(HMAC-SHA256)}. It
 * proves no identity: it is good only beside a token of the same device.
 */
public final class ResumeTokens {
  private static final String ALGORITHM = "HmacSHA256";

  /** Characters; the longest ids give about 700. */
  private static final int MAX_LENGTH = 2048;

  private final SecretKeySpec key;
  private final Duration lifetime;
  private final InstantSource clock;

  private ResumeTokens(byte[] key, Duration lifetime, InstantSource clock) {
    this.key = new SecretKeySpec(key, ALGORITHM);
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * The key is the configured one, or is derived from the tokens' own: every node arrives at the
   * same.
   */
  public static ResumeTokens of(SecuritySettings settings, InstantSource clock) {
    String configured = settings.resumeSecret();
    byte[] secret =
        configured == null
            ? SharedKey.of(settings).bytes()
            : configured.getBytes(StandardCharsets.UTF_8);
    byte[] key =
        mac(
            new SecretKeySpec(secret, ALGORITHM),
            "viesti resume".getBytes(StandardCharsets.US_ASCII));
    return new ResumeTokens(key, settings.resumeLifetime(), clock);
  }

  /**
   * @param session as the server knows it
   */
  public record Resume(String session, Instant issued) {}

  /** A token for the device to come back with. */
  public String issue(DeviceId device, String session) {
    String text = clock.millis() + " " + device.key() + " " + session;
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString(payload) + "." + base64.encodeToString(mac(key, payload));
  }

  /**
   * What the device was given. Throws {@link Refused} with RESUME_REJECTED if the token is forged,
   * malformed, too old or another device's.
   */
  public Resume read(String token, DeviceId device) {
    // {issued, device, session}; no id has a space in it
    String[] parts = new String(genuine(token), StandardCharsets.UTF_8).split(" ", 3);
    Instant issued = Instant.ofEpochMilli(Long.parseLong(parts[0]));
    if (!parts[1].equals(device.key())) {
      throw rejected("the resume token is another device's");
    }
    if (!clock.instant().isBefore(issued.plus(lifetime))) {
      throw rejected("the resume token is older than " + lifetime.toHours() + " hours");
    }
    return new Resume(parts[2], issued);
  }

  private byte[] genuine(String token) {
    int dot = token.indexOf('.');
    if (dot < 0 || token.length() > MAX_LENGTH) {
      throw rejected("the resume token is malformed");
    }
    byte[] payload;
    byte[] signature;
    try {
      payload = Base64.getUrlDecoder().decode(token.substring(0, dot));
      signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
    } catch (IllegalArgumentException e) {
      throw rejected("the resume token is malformed");
    }
    if (!MessageDigest.isEqual(signature, mac(key, payload))) {
      throw rejected("the resume token's signature is wrong");
    }
    return payload;
  }

  private static byte[] mac(SecretKeySpec key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static Refused rejected(String detail) {
    return new Refused(ErrorCode.RESUME_REJECTED, detail);
  }
}
