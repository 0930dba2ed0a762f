package org.viesti.security;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.Refused;
import org.viesti.protocol.UserId;
import org.viesti.settings.SectionSettings;

/**
 * {@code viesti.auth}: whose tokens are believed, and for how long.
 *
 * @param secret signs HS256 tokens; at most one of it and {@code jwks} is set, and if neither is,
 *     the development key is used
 * @param jwks a file or an http(s) address of an identity provider's public keys
 * @param jwksMaxAge keys older than this are fetched again before they are used
 * @param jwksMinInterval between two fetches, whatever is asked
 * @param tenant of a token that names none
 * @param issuer what {@code iss} must be, if set
 * @param audience what {@code aud} must contain, if set
 * @param clockSkew how far other clocks may be off
 * @param wrongSecrets of one device from one address, within {@code wrongSecretsWithin}; past it
 *     none is looked at
 */
public record SecuritySettings(
    @Nullable String secret,
    Path developmentKeyFile,
    @Nullable String jwks,
    Duration jwksTimeout,
    Duration jwksMaxAge,
    Duration jwksMinInterval,
    String tenant,
    @Nullable String issuer,
    @Nullable String audience,
    Duration clockSkew,
    @Nullable String resumeSecret,
    Duration resumeLifetime,
    int wrongSecrets,
    Duration wrongSecretsWithin) {

  /** HS256 is as strong as its key, and RFC 7518 §3.2 wants as many bits as the hash has. */
  private static final int SECRET_BYTES = 32;

  /** Throws {@link ConfigException} with a sentence for operators. */
  public static SecuritySettings of(Config root) {
    SectionSettings auth = SectionSettings.of(root, "auth");
    SecuritySettings settings =
        new SecuritySettings(
            auth.textOrNone("secret"),
            Path.of(auth.text("development-key-file")),
            auth.textOrNone("jwks"),
            auth.time("jwks-timeout", Duration.ofMillis(1), Duration.ofMinutes(1)),
            auth.time("jwks-max-age", Duration.ofMillis(1), Duration.ofDays(30)),
            auth.time("jwks-min-interval", Duration.ofMillis(1), Duration.ofDays(1)),
            auth.text("tenant"),
            auth.textOrNone("issuer"),
            auth.textOrNone("audience"),
            auth.time("clock-skew", Duration.ZERO, Duration.ofSeconds(30)),
            auth.textOrNone("resume-secret"),
            auth.time("resume-lifetime", Duration.ofMillis(1), Duration.ofDays(3650)),
            auth.number("wrong-secrets", 1, 1_000_000),
            auth.time("wrong-secrets-within", Duration.ofMillis(1), Duration.ofDays(1)));
    settings.check(auth);
    return settings;
  }

  /**
   * Nothing is configured, so tokens are signed with a key made on this machine: to be warned of.
   */
  public boolean usesDevelopmentKey() {
    return secret == null && jwks == null;
  }

  /** Secrets stay out of logs. */
  @Override
  public String toString() {
    return "SecuritySettings[jwks=" + jwks + ", tenant=" + tenant + "]";
  }

  private void check(SectionSettings auth) {
    require(auth, "tenant", isTenant(tenant), "must be 1 to 128 of [0-9A-Za-z._@|:=~-]");
    require(auth, "secret", longEnough(secret), "must have at least 32 bytes");
    require(auth, "resume-secret", longEnough(resumeSecret), "must have at least 32 bytes");
    require(
        auth, "jwks", secret == null || jwks == null, "set this or viesti.auth.secret, not both");
    require(
        auth,
        "resume-secret",
        jwks == null || resumeSecret != null,
        "with viesti.auth.jwks set it to at least 32 random bytes, the same on every node");
    String mode = auth.text("mode");
    require(
        auth,
        "mode",
        mode.equals("development") || mode.equals("production"),
        "must be development or production");
    require(
        auth,
        "mode",
        mode.equals("development") || !usesDevelopmentKey(),
        "in production set viesti.auth.secret or viesti.auth.jwks:"
            + " the development key is for trying things out");
  }

  private static void require(SectionSettings auth, String key, boolean holds, String sentence) {
    if (!holds) {
      throw auth.wrong(key, sentence);
    }
  }

  private static boolean isTenant(String tenant) {
    try {
      return new UserId(tenant, "anyone").tenant().equals(tenant);
    } catch (Refused e) {
      return false;
    }
  }

  private static boolean longEnough(@Nullable String secret) {
    return secret == null || secret.getBytes(StandardCharsets.UTF_8).length >= SECRET_BYTES;
  }
}
