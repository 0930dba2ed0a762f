package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret is in memory for as long as a login takes, and no longer. */
class IrcSecretTest {
  /** Written so that this class does not hold it: each letter is one off. */
  private static final String SECRET = "wfsz.tfdsfu.qbttxpse.pg.kbof";

  private static String secret() {
    StringBuilder secret = new StringBuilder();
    SECRET.chars().forEach(letter -> secret.append((char) (letter - 1)));
    return secret.toString();
  }

  @Test
  void after_a_login_no_secret_is_in_memory(@TempDir Path folder) throws Exception {
    try (ScriptedIrc server = new ScriptedIrc();
        IrcUser jane = new IrcUser("jane", server.port());
        IrcUser joan = new IrcUser("joan", server.port());
        IrcUser ghost = new IrcUser("ghost", 1)) {
      IrcPeer first = pass(server, jane);
      IrcPeer second = sasl(server, joan);
      failed(ghost);
      assertThat(held(folder)).isFalse();
      first.says("PING :still");
      second.says("PING :still");
      assertThat(first.hears("PONG")).isEqualTo("PONG :still");
      assertThat(second.hears("PONG")).isEqualTo("PONG :still");
      // What would be found is.
      String known = secret();
      assertThat(held(folder)).isTrue();
      assertThat(known).isNotEmpty();
    }
  }

  private static IrcPeer pass(ScriptedIrc server, IrcUser user) throws Exception {
    user.with("sasl", false).with("password", secret());
    CompletableFuture<Void> job = user.start("connect", "");
    IrcPeer client = server.client();
    assertThat(client.line()).isEqualTo("PASS :" + secret());
    client.hears("NICK");
    client.says(":irc 001 jane :Welcome");
    job.join();
    user.credentials = null;
    return client;
  }

  private static IrcPeer sasl(ScriptedIrc server, IrcUser user) throws Exception {
    user.with("password", secret());
    CompletableFuture<Void> job = user.start("connect", "");
    IrcPeer client = server.client();
    client.hears("NICK");
    client.says(":irc CAP * LS :sasl", ":irc CAP * ACK :sasl", "AUTHENTICATE +");
    client.hears("AUTHENTICATE PLAIN");
    assertThat(client.hears("AUTHENTICATE")).hasSizeGreaterThan(40);
    client.says(":irc 903 joan :Done", ":irc 001 joan :Welcome");
    job.join();
    user.credentials = null;
    return client;
  }

  private static void failed(IrcUser user) throws Exception {
    user.with("sasl", false).with("password", secret());
    CompletableFuture<Void> job = user.start("connect", "");
    assertThat(job.handle((done, failure) -> failure).join())
        .hasMessageEndingWith("error connecting to server.");
    user.credentials = null;
  }

  /** In whatever can be reached: as text, and as it goes over the wire. */
  private static boolean held(Path folder) throws Exception {
    Path dump = folder.resolve("heap.hprof");
    Files.deleteIfExists(dump);
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(dump.toString(), true);
    try (InputStream in = Files.newInputStream(dump)) {
      return contains(in);
    }
  }

  private static boolean contains(InputStream in) throws Exception {
    byte[][] wanted = new byte[2][];
    wanted[0] = SECRET.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < wanted[0].length; i++) {
      wanted[0][i]--;
    }
    byte[] sasl = ("joan\0joan\0").getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = Arrays.copyOf(sasl, sasl.length + wanted[0].length);
    System.arraycopy(wanted[0], 0, all, sasl.length, wanted[0].length);
    wanted[1] = Base64.getEncoder().encode(all);
    int keep = wanted[1].length;
    byte[] window = new byte[1 << 20];
    int held = 0;
    for (int read = in.read(window, held, window.length - held);
        read >= 0;
        read = in.read(window, held, window.length - held)) {
      held += read;
      for (byte[] one : wanted) {
        if (find(window, held, one)) {
          return true;
        }
      }
      int kept = Math.min(keep, held);
      System.arraycopy(window, held - kept, window, 0, kept);
      held = kept;
    }
    return false;
  }

  private static boolean find(byte[] in, int length, byte[] wanted) {
    for (int at = 0; at + wanted.length <= length; at++) {
      if (in[at] == wanted[0]
          && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }
}
