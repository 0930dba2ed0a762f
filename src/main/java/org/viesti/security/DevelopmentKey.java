package org.viesti.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A random 256-bit key in a file that only its owner may read, so that a node works, and its tokens
 * outlive it, before anyone has configured anything.
 */
public final class DevelopmentKey {
  private static final int BYTES = 32;

  private DevelopmentKey() {}

  /**
   * The key in the file; if there is no such file, it is made.
   *
   * @throws Unusable with a sentence for operators
   */
  public static byte[] at(Path file) {
    try {
      if (Files.notExists(file)) {
        create(file.toAbsolutePath());
      }
      return read(file);
    } catch (IOException e) {
      throw new Unusable("cannot keep the development key in " + file + ": " + e, e);
    }
  }

  private static byte[] read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      byte[] key = Base64.getUrlDecoder().decode(text);
      if (key.length == BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw new Unusable(
        file + " is no development key (32 bytes in base64url); delete it to get a new one", null);
  }

  /**
   * Writes aside and links, so that of processes that start together one makes the key and all read
   * it whole.
   */
  private static void create(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    Path folder = Files.createDirectories(file.resolveSibling(""));
    Path aside = Files.createTempFile(folder, ".development", ".key");
    try {
      if (posix(aside) != null) {
        Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
      }
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n";
      Files.write(aside, text.getBytes(StandardCharsets.US_ASCII));
      Files.createLink(file, aside);
    } catch (FileAlreadyExistsException e) {
      // another process was first: its key is everyone's
    } finally {
      Files.delete(aside);
    }
  }

  private static @Nullable PosixFileAttributeView posix(Path file) {
    return Files.getFileAttributeView(
        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** The node cannot start with this key file. */
  public static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
