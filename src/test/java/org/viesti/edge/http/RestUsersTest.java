package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.ChatClient;

class RestUsersTest extends RestTest {

  @Test
  void a_caller_learns_who_it_is() {
    room();
    JsonNode me = bob.call("GET", "/me", null).expect(200).body();
    assertThat(me.path("user").asText()).isEqualTo(bobId);
    assertThat(me.path("tenant").asText()).isEqualTo("test");
    assertThat(me.path("device").asText()).isEqualTo("phone");
    assertThat(me.path("rooms").asInt()).isEqualTo(1);
    assertThat(me.path("token_expires").asLong()).isGreaterThan(System.currentTimeMillis());
    assertThat(me.path("roles").isEmpty()).isTrue();
    JsonNode operator = operator().call("GET", "/me", null).body();
    assertThat(operator.at("/roles/0").asText()).isEqualTo("operator");
  }

  @Test
  void a_members_settings_are_its_own() {
    String room = room();
    String settings = "/rooms/" + room + "/settings";
    JsonNode changed =
        bob.call("PATCH", settings, Map.of("notifications", "mentions", "pinned", true))
            .expect(200)
            .body();
    assertThat(changed.path("notifications").asText()).isEqualTo("mentions");
    assertThat(changed.path("pinned").asBoolean()).isTrue();
    assertThat(changed.path("muted").asBoolean(true)).isFalse();
    assertThat(bob.call("GET", settings, null).body()).isEqualTo(changed);
    assertThat(alice.call("GET", settings, null).body().path("notifications").asText())
        .isEqualTo("default");
    refused(bob.call("PATCH", settings, Map.of("notifications", "loud")), 400, "INVALID_ARGUMENT");
    refused(bob.call("GET", "/rooms/elsewhere/settings", null), 404, "NOT_FOUND");
  }

  @Test
  void a_read_mark_goes_forward_and_up_to_the_head() {
    String room = room();
    String id = post(alice, room, "hello");
    long seq = Long.parseLong(id.substring(id.lastIndexOf('.') + 1));
    String read = "/rooms/" + room + "/read";
    refused(bob.call("PUT", read, Map.of("seq", seq + 100)), 409, "FAILED_PRECONDITION");
    refused(bob.call("PUT", read, Map.of("seq", -1)), 400, "INVALID_ARGUMENT");
    assertThat(bob.call("PUT", read, Map.of("seq", seq)).expect(200).body().path("read").asLong())
        .isEqualTo(seq);
    assertThat(bob.call("PUT", read, Map.of("seq", 1)).expect(200).body().path("read").asLong())
        .isEqualTo(seq);
    JsonNode mine = bob.call("GET", "/rooms", null).body().at("/rooms/0");
    assertThat(mine.path("read").asLong()).isEqualTo(seq);
    assertThat(mine.path("unread").asLong()).isZero();
  }

  @Test
  void a_device_is_listed_reached_by_push_and_revoked() throws Exception {
    try (ChatClient tablet = new ChatClient(bobId, "tablet", ChatClient.Resume.POSITIONS)) {
      tablet.connect(node.live()).get(10, TimeUnit.SECONDS);
      JsonNode devices = bob.call("GET", "/devices", null).expect(200).body().path("devices");
      assertThat(texts(devices, "/device")).containsExactly("tablet");
      assertThat(devices.at("/0/live").asBoolean()).isTrue();
      assertThat(devices.at("/0/seen_at").asLong()).isPositive();

      Map<String, Object> push = Map.of("provider", "log", "token", "t-1");
      JsonNode reached = bob.call("PUT", "/devices/tablet/push", push).expect(200).body();
      assertThat(reached.path("push_provider").asText()).isEqualTo("log");
      bob.call("PUT", "/devices/phone/push", push).expect(200);
      refused(bob.call("PUT", "/devices/unheard-of/push", push), 404, "NOT_FOUND");
      refused(
          bob.call("PUT", "/devices/tablet/push", Map.of("provider", "log")),
          400,
          "INVALID_ARGUMENT");
      Calls.Answer unknown =
          bob.call("PUT", "/devices/tablet/push", Map.of("provider", "pigeon", "token", "t-1"));
      refused(unknown, 400, "INVALID_ARGUMENT");
      assertThat(unknown.body().path("detail").asText())
          .isEqualTo("provider must be one of log, webhook");
      bob.call("DELETE", "/devices/tablet/push", null).expect(204);
      assertThat(bob.call("GET", "/devices", null).body().at("/devices/1").has("push_provider"))
          .isFalse();

      bob.call("DELETE", "/devices/tablet", null).expect(204);
      assertThat(texts(bob.call("GET", "/devices", null).body().path("devices"), "/device"))
          .containsExactly("phone");
    }
    refused(as(bobId, "tablet").call("GET", "/me", null), 403, "DEVICE_REVOKED");
  }

  @Test
  void a_revoked_device_calls_no_more_until_an_operator_readmits_it() {
    Calls laptop = as(bobId, "laptop");
    laptop.call("GET", "/me", null).expect(200);
    String device = "/users/" + bobId + "/devices/laptop";
    refused(bob.call("DELETE", device, null), 403, "PERMISSION_DENIED");
    refused(bob.call("POST", device + "/readmit", null), 403, "PERMISSION_DENIED");
    Calls operator = operator();
    operator.call("DELETE", device, null).expect(204);
    refused(laptop.call("GET", "/me", null), 403, "DEVICE_REVOKED");
    operator.call("POST", device + "/readmit", null).expect(204);
    laptop.call("GET", "/me", null).expect(200);
  }

  @Test
  void a_device_is_given_a_secret_that_nobody_else_can_make() {
    String own = "/devices/phone/secret";
    Calls.Answer made = bob.call("POST", own, null).expect(200);
    assertThat(made.headers().firstValue("cache-control")).contains("no-store");
    assertThat(made.body().path("device").asText()).isEqualTo("phone");
    String secret = made.body().path("secret").asText();
    assertThat(secret).startsWith("vds_");
    assertThat(bob.call("POST", own, null).body().path("secret").asText()).isNotEqualTo(secret);
    bob.call("DELETE", own, null).expect(204);
    bob.call("DELETE", own, null).expect(204);

    // A name that bob's provider never vouched for may be another user's device.
    refused(bob.call("POST", "/devices/lamp/secret", null), 404, "NOT_FOUND");
    refused(
        bob.call("POST", "/devices/la mp/secret".replace(" ", "%20"), null),
        400,
        "INVALID_ARGUMENT");
    String his = "/users/" + bobId + "/devices/lamp/secret";
    refused(bob.call("POST", his, null), 403, "PERMISSION_DENIED");
    refused(bob.call("DELETE", his, null), 403, "PERMISSION_DENIED");
    assertThat(operator().call("POST", his, null).expect(200).body().path("device").asText())
        .isEqualTo("lamp");
    operator().call("DELETE", his, null).expect(204);
  }

  @Test
  void a_device_that_has_connected_before_is_given_a_secret_by_another_of_its_user()
      throws Exception {
    try (ChatClient tablet = new ChatClient(bobId, "tablet", ChatClient.Resume.POSITIONS)) {
      tablet.connect(node.live()).get(10, TimeUnit.SECONDS);
      bob.call("POST", "/devices/tablet/secret", null).expect(200);
      // It came with a token: no secret's change is its.
      bob.call("GET", "/devices", null).expect(200);
      assertThat(bob.call("GET", "/devices", null).body().at("/devices/0/live").asBoolean())
          .isTrue();
    }
  }

  @Test
  void quiet_hours_are_set_seen_and_cleared() {
    String quiet = "/preferences/quiet-hours";
    bob.call("PUT", quiet, Map.of("from", "22:30", "to", "06:00")).expect(200);
    JsonNode hours = bob.call("GET", "/me", null).body().path("quiet_hours");
    assertThat(hours.path("from").asText()).isEqualTo("22:30");
    assertThat(hours.path("to").asText()).isEqualTo("06:00");
    bob.call("DELETE", quiet, null).expect(204);
    assertThat(bob.call("GET", "/me", null).body().has("quiet_hours")).isFalse();
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("from", "24:00", "to", "06:00"),
            Map.of("from", "22:30"),
            Map.of("from", "22:30", "to", "22:30"))) {
      refused(bob.call("PUT", quiet, wrong), 400, "INVALID_ARGUMENT");
    }
  }

  @Test
  void a_receipt_reaches_those_who_listen() throws Exception {
    String room = room();
    String id = post(alice, room, "hello");
    long seq = Long.parseLong(id.substring(id.lastIndexOf('.') + 1));
    try (ReceiptListener listener = ReceiptListener.of(node.live(), aliceId)) {
      bob.call("PUT", "/rooms/" + room + "/read", Map.of("seq", seq)).expect(200);
      Await.until(
          SOON,
          () -> "heard " + listener.frames(),
          () ->
              listener.frames().stream()
                  .anyMatch(
                      frame ->
                          frame.path("type").asText().equals("receipt")
                              && frame.path("kind").asText().equals("read")
                              && frame.path("user").asText().equals(bobId)
                              && frame.path("seq").asLong() == seq));
    }
  }
}
