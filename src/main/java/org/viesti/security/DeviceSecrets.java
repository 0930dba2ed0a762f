package org.viesti.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.viesti.journal.Database;
import org.viesti.protocol.DeviceId;

/**
 * The secrets of devices that cannot fetch a token: at most one for each, in a table that all nodes
 * share.
 *
 * <p>A secret is 256 random bits of our own making, never a word that a person chose. So what is
 * kept is one SHA-256 of it, its fingerprint, and not a slow hash as passwords need: nobody finds
 * such a secret by trying, however fast, and a fleet that comes back at once must not cost a
 * processor's minutes. The device's name is hashed with it in the place of a salt: of two devices
 * no fingerprint is the same, and one copied to another row opens nothing.
 */
public final class DeviceSecrets {
  /** What every secret begins with: no token does, and people who search for leaks can find it. */
  static final String PREFIX = "vds_";

  private static final int BYTES = 32;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public DeviceSecrets(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A new secret, in place of the one before. This is the only time it can be read. */
  public CompletionStage<String> make(DeviceId device) {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    return database.run(
        connection -> {
          keep(connection, device, fingerprint(device, secret));
          return secret;
        });
  }

  private void keep(Connection connection, DeviceId device, String fingerprint)
      throws SQLException {
    String update = "update device_secret set fingerprint = ?, made_at = ? where device = ?";
    if (wrote(connection, update, device, fingerprint)) {
      return;
    }
    try {
      wrote(
          connection,
          "insert into device_secret (fingerprint, made_at, device) values (?, ?, ?)",
          device,
          fingerprint);
    } catch (SQLException e) {
      // Another was made at the same time: the later one is kept.
      if (!wrote(connection, update, device, fingerprint)) {
        throw e;
      }
    }
  }

  private boolean wrote(Connection connection, String sql, DeviceId device, String fingerprint)
      throws SQLException {
    try (PreparedStatement q = connection.prepareStatement(sql)) {
      q.setString(1, fingerprint);
      q.setLong(2, clock.millis());
      q.setString(3, device.key());
      return q.executeUpdate() > 0;
    }
  }

  /** Forgets it; whether there was one. */
  public CompletionStage<Boolean> revoke(DeviceId device) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement("delete from device_secret where device = ?")) {
            q.setString(1, device.key());
            return q.executeUpdate() > 0;
          }
        });
  }

  /** What {@link #fingerprint(DeviceId, String)} gives for the device's secret, if it has one. */
  public CompletionStage<Optional<String>> fingerprint(DeviceId device) {
    return database.run(
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  "select fingerprint from device_secret where device = ?")) {
            q.setString(1, device.key());
            try (ResultSet r = q.executeQuery()) {
              return r.next() ? Optional.of(r.getString(1)) : Optional.empty();
            }
          }
        });
  }

  /** What is kept of a device's secret. */
  public static String fingerprint(DeviceId device, String secret) {
    try {
      // No name has a U+0000 in it: of no two pairs is the text the same.
      byte[] both = (device.key() + '\0' + secret).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(both));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
