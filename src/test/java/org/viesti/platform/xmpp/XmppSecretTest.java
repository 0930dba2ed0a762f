package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.websocket.Certificate;
import org.viesti.testkit.Prosody;

/** Passwords are forgotten. */
@Timeout(120)
class XmppSecretTest {
  private static final String PLAIN_ONLY =
      "disable_sasl_mechanisms = { 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'DIGEST-MD5' }";

  @TempDir Path folder;

  /** Read each time anew: this test does not keep it either. */
  private String password() {
    try {
      return Files.readString(folder.resolve("password"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void no_password_is_in_memory_after_a_login_nor_after_another_by_itself() throws Exception {
    remembersNothing("");
  }

  @Test
  void not_even_one_that_was_sent_as_it_is() throws Exception {
    remembersNothing(PLAIN_ONLY);
  }

  private void remembersNothing(String mechanisms) throws Exception {
    Files.writeString(folder.resolve("password"), "pw-" + UUID.randomUUID());
    Certificate certificate = Certificate.in(folder);
    String tls =
        "ssl = { certificate = '%s', key = '%s' }"
            .formatted(certificate.files().certificate(), certificate.files().key());
    try (Prosody prosody = Prosody.in(folder, tls, mechanisms).user("alice", password());
        XmppClient alice =
            new XmppClient(
                "alice",
                Map.of("allow-invalid-certificate", "true", "reconnect.first", "50ms"),
                () -> XmppClient.credentials("alice", password(), prosody.port()))) {
      alice.run("{type: 'connect'}");
      assertThat(isInMemory("first")).isFalse();
      prosody.kill();
      alice.hears("{type: 'connect', object: {status: 'reconnecting'}}");
      prosody.start();
      alice.run("{type: 'update', object: {type: 'presence', presence: 'online'}}");
      alice.hears("{type: 'update'}");
      assertThat(isInMemory("second")).isFalse();
      String held = password();
      assertThat(isInMemory("third")).as("this would be seen: " + held).isTrue();
    }
  }

  private boolean isInMemory(String dump) throws IOException {
    Path file = folder.resolve(dump + ".hprof");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(file.toString(), true);
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer heap = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return holds(heap, password().getBytes(StandardCharsets.UTF_8));
    } finally {
      Files.delete(file);
    }
  }

  private static boolean holds(MappedByteBuffer heap, byte[] wanted) {
    byte first = wanted[0];
    for (int at = 0; at <= heap.limit() - wanted.length; at++) {
      if (heap.get(at) == first
          && heap.slice(at, wanted.length).mismatch(java.nio.ByteBuffer.wrap(wanted)) < 0) {
        return true;
      }
    }
    return false;
  }
}
