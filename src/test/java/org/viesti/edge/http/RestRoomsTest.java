package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.viesti.SharedNode;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;

class RestRoomsTest extends RestTest {

  @Test
  void a_room_is_made_with_its_members_and_read_back() {
    Map<String, Object> wanted =
        Map.of(
            "id",
            SharedNode.fresh("room"),
            "type",
            "channel",
            "name",
            "News",
            "description",
            "what happens",
            "is_private",
            false,
            "metadata",
            Map.of("colour", "blue"),
            "members",
            List.of(Map.of("user", bobId, "role", "moderator")));
    Calls.Answer made = alice.call("POST", "/rooms", wanted).expect(201);
    String id = made.body().required("id").asText();
    assertThat(made.headers().firstValue("location")).contains("/api/v1/rooms/" + id);
    JsonNode room = bob.call("GET", "/rooms/" + id, null).expect(200).body();
    assertThat(room.path("type").asText()).isEqualTo("channel");
    assertThat(room.path("name").asText()).isEqualTo("News");
    assertThat(room.path("description").asText()).isEqualTo("what happens");
    assertThat(room.path("is_private").asBoolean(true)).isFalse();
    assertThat(room.at("/metadata/colour").asText()).isEqualTo("blue");
    assertThat(room.path("member_count").asInt()).isEqualTo(2);
    assertThat(room.path("role").asText()).isEqualTo("moderator");
    assertThat(room.path("created_by").asText()).isEqualTo(aliceId);
    assertThat(room.path("head").asLong()).isPositive();
  }

  @Test
  void making_a_room_again_answers_the_same_and_another_type_is_refused() {
    String id = SharedNode.fresh("room");
    JsonNode first = alice.call("POST", "/rooms", Map.of("id", id)).expect(201).body();
    JsonNode second = alice.call("POST", "/rooms", Map.of("id", id)).expect(201).body();
    assertThat(second).isEqualTo(first);
    refused(alice.call("POST", "/rooms", Map.of("id", id, "type", "bot")), 409, "ALREADY_EXISTS");
  }

  @Test
  void a_direct_room_is_the_same_whoever_makes_it_and_a_group_without_an_id_is_a_new_one() {
    JsonNode his = alice.call("POST", "/rooms", direct(bobId)).expect(201).body();
    JsonNode hers = bob.call("POST", "/rooms", direct(aliceId)).expect(201).body();
    assertThat(hers.path("id")).isEqualTo(his.path("id"));
    assertThat(his.path("role").asText()).isEqualTo("member");
    Calls other = as(SharedNode.fresh("carol"));
    JsonNode others = other.call("POST", "/rooms", direct(aliceId)).expect(201).body();
    assertThat(others.path("id")).isNotEqualTo(his.path("id"));
    JsonNode one = alice.call("POST", "/rooms", Map.of("name", "a")).expect(201).body();
    JsonNode two = alice.call("POST", "/rooms", Map.of("name", "a")).expect(201).body();
    assertThat(one.path("id")).isNotEqualTo(two.path("id"));
  }

  private static Map<String, Object> direct(String other) {
    return Map.of("type", "direct", "members", List.of(Map.of("user", other)));
  }

  @Test
  void a_change_changes_what_it_names_and_nothing_else() {
    String room = room();
    JsonNode changed =
        alice
            .call("PATCH", "/rooms/" + room, Map.of("name", "Renamed", "metadata", Map.of("a", 1)))
            .expect(200)
            .body();
    assertThat(changed.path("name").asText()).isEqualTo("Renamed");
    assertThat(changed.at("/metadata/a").asInt()).isEqualTo(1);
    JsonNode again =
        alice.call("PATCH", "/rooms/" + room, Map.of("description", "d")).expect(200).body();
    assertThat(again.path("name").asText()).isEqualTo("Renamed");
    assertThat(again.path("description").asText()).isEqualTo("d");
    refused(alice.call("PATCH", "/rooms/" + room, Map.of("name", " ")), 400, "INVALID_ARGUMENT");
  }

  @Test
  void a_deleted_room_is_gone_and_its_id_is_not_given_again() {
    String room = room();
    alice.call("DELETE", "/rooms/" + room, null).expect(204);
    refused(alice.call("GET", "/rooms/" + room, null), 410, "GONE");
    refused(alice.call("POST", "/rooms", Map.of("id", room)), 410, "GONE");
  }

  @Test
  void the_callers_rooms_come_by_pages_with_heads_and_counts() {
    List<String> rooms = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rooms.add(room());
    }
    rooms.sort(null);
    post(alice, rooms.get(2), "one");
    alice
        .call(
            "POST",
            "/rooms/" + rooms.get(2) + "/messages",
            Map.of("payload", text("two"), "mentions", List.of(bobId)))
        .expect(201);
    List<JsonNode> found = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = bob.call("GET", "/rooms?limit=2" + cursor, null).expect(200).body();
      assertThat(page.required("rooms").size()).isLessThanOrEqualTo(2);
      page.required("rooms").forEach(found::add);
      cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
    } while (!cursor.isEmpty());
    assertThat(found).extracting(room -> room.path("room").asText()).isEqualTo(rooms);
    JsonNode busy = found.get(2);
    assertThat(busy.path("unread").asLong()).isEqualTo(2);
    assertThat(busy.path("mentions").asLong()).isEqualTo(1);
    assertThat(busy.path("head").asLong()).isGreaterThan(busy.path("read").asLong());
    assertThat(busy.path("role").asText()).isEqualTo("member");
    assertThat(busy.at("/settings/notifications").asText()).isEqualTo("default");
    assertThat(found.get(1).path("unread").asLong()).isZero();
  }

  @Test
  void a_room_can_be_read_up_to_the_head_that_is_listed() {
    String room = room();
    // Past what readers see: the room has written that its members know of it.
    Await.until(SOON, () -> "head " + listedHead(room), () -> listedHead(room) > 1);
    long head = listedHead(room);
    bob.call("PUT", "/rooms/" + room + "/read", Map.of("seq", head)).expect(200);
    bob.call("PUT", "/rooms/" + room + "/read", Map.of("seq", head + 1)).expect(409);
  }

  private long listedHead(String room) {
    JsonNode listed = bob.call("GET", "/rooms", null).expect(200).body().path("rooms").get(0);
    assertThat(listed.path("room").asText()).isEqualTo(room);
    return listed.path("head").asLong();
  }

  @Test
  void members_come_and_go_and_are_listed_by_pages() {
    String room = room();
    String carol = SharedNode.fresh("carol");
    JsonNode grown =
        alice
            .call(
                "POST",
                "/rooms/" + room + "/members",
                Map.of("members", List.of(Map.of("user", carol, "role", "guest"))))
            .expect(200)
            .body();
    assertThat(grown.path("member_count").asInt()).isEqualTo(3);
    JsonNode page = bob.call("GET", "/rooms/" + room + "/members?limit=2", null).body();
    JsonNode rest =
        bob.call(
                "GET", "/rooms/" + room + "/members?cursor=" + page.required("next").asText(), null)
            .expect(200)
            .body();
    assertThat(rest.has("next")).isFalse();
    List<String> users = texts(page.path("members"), "/user");
    users.addAll(texts(rest.path("members"), "/user"));
    assertThat(users).containsExactlyInAnyOrder(aliceId, bobId, carol);
    assertThat(page.at("/members/0/joined_at").asLong()).isPositive();

    alice.call("DELETE", "/rooms/" + room + "/members/" + carol, null).expect(204);
    bob.call("DELETE", "/rooms/" + room + "/members/me", null).expect(204);
    refused(bob.call("GET", "/rooms/" + room, null), 404, "NOT_FOUND");
    Await.until(
        SOON,
        () -> "still in the room",
        () -> bob.call("GET", "/rooms", null).body().path("rooms").isEmpty());
    alice.call("DELETE", "/rooms/" + room + "/members/nobody", null).expect(204);
    refused(
        alice.call("POST", "/rooms/" + room + "/members", Map.of("members", List.of())),
        400,
        "INVALID_ARGUMENT");
  }

  @Test
  void anyone_joins_a_public_room_by_itself() {
    String room = SharedNode.fresh("room");
    alice.call("POST", "/rooms", Map.of("id", room, "is_private", false)).expect(201);
    bob.call(
            "POST",
            "/rooms/" + room + "/members",
            Map.of("members", List.of(Map.of("user", bobId))))
        .expect(200);
    assertThat(bob.call("GET", "/rooms/" + room, null).body().path("role").asText())
        .isEqualTo("member");
  }

  @Test
  void the_banned_stay_out_until_they_are_unbanned() {
    String room = room();
    String ban = "/rooms/" + room + "/bans/" + bobId;
    alice.call("PUT", ban, Map.of("reason", "noise")).expect(204);
    alice.call("PUT", ban, Map.of()).expect(204);
    refused(bob.call("GET", "/rooms/" + room, null), 404, "NOT_FOUND");
    Map<String, Object> entering = Map.of("members", List.of(Map.of("user", bobId)));
    refused(
        alice.call("POST", "/rooms/" + room + "/members", entering), 409, "FAILED_PRECONDITION");
    alice.call("DELETE", ban, null).expect(204);
    alice.call("POST", "/rooms/" + room + "/members", entering).expect(200);
  }

  @Test
  void roles_change_but_the_last_owner_stays() {
    String room = room();
    String role = "/rooms/" + room + "/members/" + bobId + "/role";
    refused(
        alice.call("DELETE", "/rooms/" + room + "/members/me", null), 409, "FAILED_PRECONDITION");
    alice.call("PUT", role, Map.of("role", "owner")).expect(204);
    assertThat(bob.call("GET", "/rooms/" + room, null).body().path("role").asText())
        .isEqualTo("owner");
    alice.call("DELETE", "/rooms/" + room + "/members/me", null).expect(204);
    refused(bob.call("PUT", role, Map.of("role", "king")), 400, "INVALID_ARGUMENT");
    refused(bob.call("PUT", role, Map.of()), 400, "INVALID_ARGUMENT");
  }
}
