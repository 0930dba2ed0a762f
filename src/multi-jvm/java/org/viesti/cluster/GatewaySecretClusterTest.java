package org.viesti.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;
import org.viesti.testkit.Ngircd;
import org.viesti.testkit.SocketIoClient;
import org.viesti.testkit.TestDatabase;

/** What a node knows of a secret once the job that needed it is done. */
class GatewaySecretClusterTest {
  private static final String SECRET = "a-secret-nobody-else-has-4711";

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void after_a_login_neither_memory_nor_files_have_the_password_in_clear(@TempDir Path folder)
      throws Exception {
    try (Ngircd network = Ngircd.in(folder, "Password = " + SECRET);
        TestCluster cluster = TestCluster.start("gateway-secret", TestDatabase.Kind.H2, 1);
        SocketIoClient client = new SocketIoClient(cluster.node(0).live(), null)) {
      JsonNode credentials =
          activity(
              "credentials",
              """
              {"type":"credentials","nick":"ann","server":"127.0.0.1","port":%d,
              "secure":false,"sasl":false,"password":"%s"}"""
                  .formatted(network.port(), SECRET));
      int kept = client.emit("credentials", credentials);
      int connected = client.emit("message", activity("connect", "{}"));
      assertThat(client.answer(kept).has("error")).isFalse();
      assertThat(client.nextAnswer(connected).path("error").isMissingNode()).isTrue();
      assertThat(inMemory(cluster, folder, "ann@127.0.0.1")).as("what is there is found").isTrue();
      Await.until( // what has just answered may not have returned
          Duration.ofSeconds(10),
          () -> "the password is in memory",
          () -> !inMemory(cluster, folder, SECRET));
      for (Path file : cluster.node(0).files()) {
        assertThat(holds(file, SECRET)).as(file.toString()).isFalse();
      }
    }
  }

  private static JsonNode activity(String type, String object) {
    return SocketIoClient.json(
        """
        {"@context":["https://www.w3.org/ns/activitystreams",
        "https://sockethub.org/ns/context/v1.jsonld",
        "https://sockethub.org/ns/context/platform/irc/v1.jsonld"],
        "type":"%s","actor":{"id":"ann@127.0.0.1","type":"person","name":"ann"}%s}"""
            .formatted(type, object.equals("{}") ? "" : ",\"object\":" + object));
  }

  private static boolean inMemory(TestCluster cluster, Path folder, String text) throws Exception {
    Path dump = folder.resolve("heap.hprof");
    Files.deleteIfExists(dump);
    cluster.node(0).dumpHeap(dump);
    return holds(dump, text);
  }

  /** As one byte for each character, or as two. */
  private static boolean holds(Path file, String text) throws Exception {
    String all = Files.readString(file, StandardCharsets.ISO_8859_1);
    String wide = new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1);
    return all.contains(text) || all.contains(wide);
  }
}
