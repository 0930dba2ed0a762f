package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.TestNode;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;
import org.viesti.scene.Stage;
import org.viesti.testkit.Calls;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** What a call may ask, and whom it is believed. */
@Timeout(60)
class HttpSettingsTest {
  @TempDir static Path folder;
  static TestNode node;

  @BeforeAll
  static void start() {
    node =
        TestNode.start(
            folder,
            "http.page-default",
            2,
            "http.page-max",
            4,
            "http.max-body-bytes",
            "2KiB",
            "http.trust-device",
            "0s");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Calls as(String user) {
    return new Calls(node.calls(), Tokens.of(user, "phone"));
  }

  private static void refused(Calls.Answer answer, String code, String limit, String value) {
    Refusals.refused(answer.body(), code, limit, value);
  }

  @Test
  @Shows({"http.page-default", "http.page-max"})
  void a_page_has_so_many_entries() {
    Calls ann = as("ann");
    ann.createRoom("pages", IntStream.range(0, 5).mapToObj(i -> "member" + i).toList());
    String members = "/rooms/pages/members";
    assertThat(ann.call("GET", members, null).expect(200).body().path("members")).hasSize(2);
    assertThat(ann.call("GET", members + "?limit=4", null).body().path("members")).hasSize(4);
    refused(
        ann.call("GET", members + "?limit=5", null).expect(422),
        "LIMIT_EXCEEDED",
        "viesti.http.page-max",
        "4");
  }

  @Test
  @Shows("http.max-body-bytes")
  void a_body_is_no_larger_than_it_may_be() {
    Calls bea = as("bea");
    bea.call("POST", "/rooms", Map.of("id", "small", "name", "x".repeat(100))).expect(201);
    refused(
        bea.call("POST", "/rooms", Map.of("description", "x".repeat(2048))).expect(413),
        "TOO_LARGE",
        "viesti.http.max-body-bytes",
        "2048");
  }

  @Test
  @Shows("http.trust-device")
  void a_device_that_is_never_trusted_is_asked_about_each_time() {
    Calls cia = as("cia");
    cia.call("GET", "/me", null).expect(200);
    Stage.now(node.devices().revoke(new DeviceId(new UserId(Tokens.TENANT, "cia"), "phone")));
    assertThat(cia.call("GET", "/me", null).expect(403).body().path("code").asText())
        .isEqualTo("DEVICE_REVOKED");
  }
}
