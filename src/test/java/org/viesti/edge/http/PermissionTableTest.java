package org.viesti.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.SharedNode;
import org.viesti.testkit.Calls;

/**
 * Who may do what, by role, call and room type: 200s and 204s for some, 403 for other members, 404
 * for outsiders and who is banned.
 */
class PermissionTableTest extends RestTest {
  private static final List<String> ROLES =
      List.of("owner", "admin", "moderator", "member", "guest");

  /** The least role that may; a dash: nobody. */
  private static final String TABLE =
      """
      call             group      channel    bot        direct
      look             guest      guest      guest      member
      list_members     guest      guest      guest      member
      history          guest      guest      guest      member
      post             member     moderator  member     member
      moderate         moderator  moderator  moderator  -
      react            member     member     member     member
      pin              moderator  moderator  member     member
      redact_others    moderator  moderator  moderator  -
      edit_others      -          -          -          -
      deliveries       moderator  moderator  moderator  -
      update           admin      admin      admin      member
      add_member       admin      admin      admin      -
      remove_member    admin      admin      admin      -
      ban              moderator  moderator  moderator  -
      unban            moderator  moderator  moderator  -
      change_role      owner      owner      owner      -
      delete           owner      owner      owner      -
      """;

  private record Row(String call, String least) {}

  private static List<Row> rows(String type) {
    List<String[]> lines = TABLE.lines().map(line -> line.trim().split(" +")).toList();
    int column = Arrays.asList(lines.getFirst()).indexOf(type);
    List<Row> rows = new ArrayList<>();
    for (String[] line : lines.subList(1, lines.size())) {
      rows.add(new Row(line[0], line[column]));
    }
    return rows;
  }

  private static boolean may(String role, String least) {
    return !least.equals("-") && ROLES.indexOf(role) <= ROLES.indexOf(least);
  }

  @ParameterizedTest
  @ValueSource(strings = {"group", "channel", "bot"})
  void the_table_is_kept(String type) {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows(type)) {
      for (String role : ROLES) {
        Scene scene = scene(type);
        Calls actor = role.equals("owner") ? alice : scene.with(role);
        judge(wrong, type, row, role, may(role, row.least()) ? 2 : 403, scene.make(row, actor));
      }
      Scene scene = scene(type);
      judge(wrong, type, row, "outsider", 404, scene.make(row, as(SharedNode.fresh("out"))));
      judge(wrong, type, row, "banned", 404, scene.make(row, scene.banned()));
      boolean editing = row.call().equals("edit_others");
      judge(wrong, type, row, "operator", editing ? 403 : 2, scene(type).make(row, operator()));
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void the_table_is_kept_in_direct_rooms() {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows("direct")) {
      Scene scene = scene("direct");
      judge(
          wrong,
          "direct",
          row,
          "member",
          may("member", row.least()) ? 2 : 403,
          scene.make(row, bob));
      judge(wrong, "direct", row, "outsider", 404, scene.make(row, as(SharedNode.fresh("out"))));
    }
    assertThat(wrong).isEmpty();
  }

  private static void judge(
      List<String> wrong, String type, Row row, String role, int expected, Calls.Answer answer) {
    boolean right = expected == 2 ? answer.status() / 100 == 2 : answer.status() == expected;
    if (!right) {
      wrong.add(
          "%s %s as %s: %d instead of %d, %s"
              .formatted(type, row.call(), role, answer.status(), expected, answer.body()));
    }
  }

  /** A room with someone's message and someone for things to happen to. */
  private final class Scene {
    final String room;
    final String message;
    final String victim;

    Scene(String room, String message, String victim) {
      this.room = room;
      this.message = message;
      this.victim = victim;
    }

    /** One more member. */
    Calls with(String role) {
      String user = SharedNode.fresh(role);
      alice
          .call(
              "POST",
              "/rooms/" + room + "/members",
              Map.of("members", List.of(Map.of("user", user, "role", role))))
          .expect(200);
      return as(user);
    }

    /** One who was a member, and is banned. */
    Calls banned() {
      String user = SharedNode.fresh("banned");
      Calls actor = as(user);
      alice
          .call(
              "POST",
              "/rooms/" + room + "/members",
              Map.of("members", List.of(Map.of("user", user))))
          .expect(200);
      alice.call("PUT", "/rooms/" + room + "/bans/" + user, Map.of()).expect(204);
      return actor;
    }

    Calls.Answer make(Row row, Calls as) {
      String rooms = "/rooms/" + room;
      return switch (row.call()) {
        case "look" -> as.call("GET", rooms, null);
        case "list_members" -> as.call("GET", rooms + "/members", null);
        case "history" -> as.call("GET", rooms + "/messages", null);
        case "post" -> as.call("POST", rooms + "/messages", Map.of("payload", text("hi")));
        case "moderate" ->
            as.call(
                "POST",
                rooms + "/messages",
                Map.of("payload", Map.of("type", "moderation", "body", "hush")));
        case "react" -> as.call("PUT", "/messages/" + message + "/reactions/x", null);
        case "pin" -> as.call("PUT", "/messages/" + message + "/pin", null);
        case "redact_others" -> as.call("DELETE", "/messages/" + message, null);
        case "edit_others" ->
            as.call("PATCH", "/messages/" + message, Map.of("payload", text("mine")));
        case "deliveries" -> as.call("GET", "/messages/" + message + "/deliveries", null);
        case "update" -> as.call("PATCH", rooms, Map.of("name", "new"));
        case "add_member" ->
            as.call(
                "POST",
                rooms + "/members",
                Map.of("members", List.of(Map.of("user", SharedNode.fresh("new")))));
        case "remove_member" -> as.call("DELETE", rooms + "/members/" + victim, null);
        case "ban" -> as.call("PUT", rooms + "/bans/" + victim, Map.of());
        case "unban" -> as.call("DELETE", rooms + "/bans/" + victim, null);
        case "change_role" ->
            as.call("PUT", rooms + "/members/" + victim + "/role", Map.of("role", "guest"));
        case "delete" -> as.call("DELETE", rooms, null);
        default -> throw new IllegalArgumentException(row.call());
      };
    }
  }

  private Scene scene(String type) {
    String room = SharedNode.fresh("room");
    boolean direct = type.equals("direct");
    String victim = direct ? aliceId : SharedNode.fresh("victim");
    String author = direct ? aliceId : SharedNode.fresh("author");
    List<Map<String, Object>> members =
        direct
            ? List.of(Map.of("user", bobId))
            : List.of(Map.of("user", victim), Map.of("user", author, "role", "moderator"));
    alice.call("POST", "/rooms", Map.of("id", room, "type", type, "members", members)).expect(201);
    return new Scene(room, post(as(author), room, "hello"), victim);
  }
}
