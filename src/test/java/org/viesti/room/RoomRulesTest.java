package org.viesti.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refused;

/** Who may do what in a room, as a table: role by call, for each type of room. */
class RoomRulesTest {
  // y: may; n: may not; -: is told that there is no such room.

  private static final String GROUP =
      """
      call           owner admin moderator member guest outsider banned operator
      look           y     y     y         y      y     -        -      y
      post           y     y     y         y      n     -        -      y
      moderate       y     y     y         n      n     -        -      y
      react          y     y     y         y      n     -        -      y
      signal         y     y     y         y      n     n        n      n
      edit_own       y     y     y         y      n     -        -      y
      edit_others    n     n     n         n      n     -        -      n
      redact_own     y     y     y         y      y     -        -      y
      redact_others  y     y     y         n      n     -        -      y
      update         y     y     n         n      n     -        -      y
      add            y     y     n         n      n     -        -      y
      add_admin      y     y     n         n      n     -        -      y
      add_owner      y     n     n         n      n     -        -      y
      remove_guest   y     y     n         n      n     -        -      y
      remove_admin   y     n     n         n      n     -        -      y
      remove_owner   y     n     n         n      n     -        -      y
      leave          y     y     y         y      y     -        -      y
      ban_guest      y     y     y         n      n     -        -      y
      ban_admin      y     n     n         n      n     -        -      y
      unban          y     y     y         n      n     -        -      y
      change_role    y     n     n         n      n     -        -      y
      delete         y     n     n         n      n     -        -      y
      """;

  /** As a group, but for these. */
  private static final String CHANNEL =
      """
      call           owner admin moderator member guest outsider banned operator
      post           y     y     y         n      n     -        -      y
      signal         n     n     n         n      n     n        n      n
      edit_own       y     y     y         n      n     -        -      y
      """;

  private static final String DIRECT =
      """
      call           member outsider operator
      look           y      -        y
      post           y      -        y
      moderate       n      -        y
      react          y      -        y
      signal         y      n        n
      edit_own       y      -        y
      edit_others    n      -        n
      redact_own     y      -        y
      redact_others  n      -        y
      update         y      -        y
      add            n      -        y
      remove_owner   n      -        y
      leave          y      -        y
      ban_admin      n      -        y
      unban          n      -        y
      change_role    n      -        y
      delete         n      -        y
      """;

  /** What each call is answered, by role. */
  private static Map<String, Map<String, String>> table(RoomType type) {
    Map<String, Map<String, String>> table = new TreeMap<>();
    switch (type) {
      case GROUP, BOT -> fill(table, GROUP);
      case CHANNEL -> {
        fill(table, GROUP);
        fill(table, CHANNEL);
      }
      case DIRECT -> fill(table, DIRECT);
    }
    return table;
  }

  private static void fill(Map<String, Map<String, String>> table, String text) {
    List<String[]> lines = text.lines().map(line -> line.split(" +")).toList();
    String[] roles = lines.getFirst();
    for (String[] line : lines.subList(1, lines.size())) {
      Map<String, String> row = new TreeMap<>();
      for (int i = 1; i < line.length; i++) {
        row.put(roles[i], line[i]);
      }
      table.put(line[0], row);
    }
  }

  private static final Payload TEXT = Payload.Text.of("hi");

  /** The rules answer their caller; whom the room answers is not theirs. */
  @SuppressWarnings("NullAway")
  private static final ActorRef<RoomCommand.Reply> NOBODY = null;

  private final RoomRules rules = new RoomRules(RoomSettings.from(ConfigFactory.load()));

  @ParameterizedTest
  @EnumSource
  void the_table_is_kept(RoomType type) {
    Map<String, Map<String, String>> is = new TreeMap<>();
    table(type)
        .forEach(
            (call, row) -> {
              Map<String, String> answers = new TreeMap<>();
              row.keySet().forEach(role -> answers.put(role, answer(type, role, call)));
              is.put(call, answers);
            });
    assertThat(is).isEqualTo(table(type));
  }

  @Test
  void the_last_owner_neither_leaves_nor_is_demoted() {
    RoomState room =
        room(RoomType.GROUP)
            .grown(new RoomEvent.RoleChanged(3, "owner", 2, "other-owner", "member"));
    assertRefused(ErrorCode.FAILED_PRECONDITION, () -> remove(room, as("owner"), "owner"));
    assertRefused(
        ErrorCode.FAILED_PRECONDITION,
        () ->
            rules.changeRole(
                room, new RoomCommand.ChangeRole(as("owner"), "owner", "member", NOBODY), 4));
  }

  @Test
  void who_is_banned_stays_out_until_unbanned() {
    RoomState room = room(RoomType.GROUP);
    assertRefused(ErrorCode.FAILED_PRECONDITION, () -> add(room, as("owner"), "banned", "member"));
    RoomState open = room.grown(new RoomEvent.Updated(3, "owner", 2, null, null, false, null));
    assertRefused(ErrorCode.NOT_FOUND, () -> add(open, as("banned"), "banned", "member"));
    RoomState unbanned = open.grown(new RoomEvent.Unbanned(4, "owner", 3, "banned"));
    assertThat(add(unbanned, as("banned"), "banned", "member"))
        .isInstanceOf(RoomEvent.MembersAdded.class);
  }

  @Test
  void who_walks_into_a_public_room_is_a_member_and_no_more() {
    RoomState open =
        room(RoomType.GROUP).grown(new RoomEvent.Updated(3, "owner", 2, null, null, false, null));
    assertRefused(ErrorCode.PERMISSION_DENIED, () -> add(open, as("eve"), "eve", "moderator"));
    assertRefused(ErrorCode.PERMISSION_DENIED, () -> add(open, as("eve"), "fay", "member"));
    assertThat(add(open, as("eve"), "eve", "member")).isInstanceOf(RoomEvent.MembersAdded.class);
  }

  private static void assertRefused(ErrorCode code, Supplier<?> request) {
    assertThatThrownBy(request::get)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.refusal().code()).isEqualTo(code));
  }

  private static RoomCommand.By as(String role) {
    return new RoomCommand.By(role, "phone", role.equals("operator"));
  }

  private String answer(RoomType type, String role, String call) {
    try {
      return allowed(room(type), as(role), call) ? "y" : "n";
    } catch (Refused refused) {
      return switch (refused.refusal().code()) {
        case PERMISSION_DENIED -> "n";
        case NOT_FOUND -> "-";
        default -> refused.toString();
      };
    }
  }

  /** Two of each role, named by it, and someone banned. */
  private static RoomState room(RoomType type) {
    boolean direct = type == RoomType.DIRECT;
    List<RoomEvent.NewMember> members = new ArrayList<>();
    for (Role role : direct ? new Role[] {Role.MEMBER} : Role.values()) {
      members.add(new RoomEvent.NewMember(role.label(), role.label()));
      members.add(new RoomEvent.NewMember("other-" + role.label(), role.label()));
    }
    RoomState made =
        RoomState.EMPTY.grown(
            new RoomEvent.Created(1, "owner", 0, type.label(), "name", null, true, null, members));
    return made.grown(new RoomEvent.Banned(2, "owner", 1, "banned", null));
  }

  private boolean allowed(RoomState room, RoomCommand.By by, String call) {
    String me = by.user();
    String them = room.type() == RoomType.DIRECT ? "other-member" : "other-owner";
    switch (call) {
      case "look" -> rules.mayLook(room, by);
      case "post" -> rules.mayPost(room, by, draft(TEXT));
      case "moderate" -> rules.mayPost(room, by, draft(new Payload.Moderation("hush", null, null)));
      case "react" -> amend(room, new RoomCommand.React(by, 1, "x", true, NOBODY), them);
      case "signal" -> {
        return rules.maySignal(room, by);
      }
      case "edit_own" -> amend(room, new RoomCommand.Edit(by, 1, TEXT, null, NOBODY), me);
      case "edit_others" -> amend(room, new RoomCommand.Edit(by, 1, TEXT, null, NOBODY), them);
      case "redact_own" -> amend(room, new RoomCommand.Redact(by, 1, null, NOBODY), me);
      case "redact_others" -> amend(room, new RoomCommand.Redact(by, 1, null, NOBODY), them);
      case "update" ->
          rules.update(room, new RoomCommand.Update(by, "new", null, null, null, NOBODY), 3);
      case "add" -> add(room, by, "new", "member");
      case "add_admin" -> add(room, by, "new", "admin");
      case "add_owner" -> add(room, by, "new", "owner");
      case "remove_guest" -> remove(room, by, "other-guest");
      case "remove_admin" -> remove(room, by, "other-admin");
      case "remove_owner" -> remove(room, by, them);
      case "leave" -> remove(room, by, me);
      case "ban_guest" -> ban(room, by, "other-guest");
      case "ban_admin" -> ban(room, by, "other-admin");
      case "unban" -> rules.unban(room, new RoomCommand.Unban(by, "banned", NOBODY), 3);
      case "change_role" ->
          rules.changeRole(room, new RoomCommand.ChangeRole(by, them, "guest", NOBODY), 3);
      case "delete" -> rules.delete(room, new RoomCommand.Delete(by, NOBODY), 3);
      default -> throw new IllegalArgumentException(call);
    }
    return true;
  }

  private static RoomCommand.Draft draft(Payload payload) {
    return new RoomCommand.Draft("1", payload, 0, null);
  }

  private void amend(RoomState room, RoomCommand.Amend amend, String author) {
    rules.amend(room, amend, author, 3);
  }

  private @Nullable RoomEvent add(RoomState room, RoomCommand.By by, String user, String role) {
    List<RoomEvent.NewMember> members = List.of(new RoomEvent.NewMember(user, role));
    return rules.add(room, new RoomCommand.AddMembers(by, members, NOBODY), 3);
  }

  private @Nullable RoomEvent remove(RoomState room, RoomCommand.By by, String user) {
    return rules.remove(room, new RoomCommand.RemoveMembers(by, List.of(user), NOBODY), 3);
  }

  private @Nullable RoomEvent ban(RoomState room, RoomCommand.By by, String user) {
    return rules.ban(room, new RoomCommand.Ban(by, user, null, NOBODY), 3);
  }
}
