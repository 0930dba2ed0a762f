package org.viesti;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.MemberSettings;
import org.viesti.protocol.Payload;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.testkit.Await;
import org.viesti.testkit.Tokens;
import org.viesti.user.DeadLetters;
import org.viesti.user.Users;
import org.viesti.user.push.PushReceiver;

/** What tests of pushes do: each user has one phone, whose push token is the user's name. */
final class PushScene {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestNode node;
  private final PushReceiver receiver;

  PushScene(TestNode node, PushReceiver receiver) {
    this.node = node;
    this.receiver = receiver;
  }

  static UserId user(String user) {
    return new UserId(Tokens.TENANT, user);
  }

  static RoomId room(String room) {
    return new RoomId(Tokens.TENANT, room);
  }

  static Principal by(String user) {
    return new Principal(user(user), "test", Set.of(), Instant.now().plusSeconds(600));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  static void await(Duration most, Callable<Boolean> condition, Supplier<String> otherwise) {
    Await.until(most, otherwise, condition);
  }

  /** A room whose members all can be pushed to; the room knows. */
  void room(String room, String owner, String... members) throws Exception {
    token(owner);
    for (String member : members) {
      token(member);
    }
    roomWithoutTokens(room, owner, members);
    for (String member : members) {
      wish(room, member, "default");
    }
  }

  void roomWithoutTokens(String room, String owner, String... members) throws Exception {
    get(
        node.node
            .rooms()
            .create(
                by(owner),
                new Rooms.NewRoom(
                    room(room),
                    "group",
                    room,
                    null,
                    null,
                    null,
                    Stream.of(members).map(m -> new Rooms.NewMember(m, null)).toList())));
  }

  void token(String user) throws Exception {
    get(node.node.users().setPush(user(user), "phone", "webhook", user));
  }

  /** Returns once the room believes that the user wants that. */
  void wish(String room, String user, String wish) {
    await(
        SOON,
        () -> wish.equals(believed(room, user)),
        () -> room + " believes that " + user + " wants " + believed(room, user));
  }

  private String believed(String room, String user) {
    String believed = "nothing";
    for (JsonNode event : log("rooms/" + room, "room.told")) {
      believed = event.at("/wishes/" + user + "/wish").asText(believed);
    }
    for (JsonNode event : log("rooms/" + room, "room.wished")) {
      if (event.path("user").asText().equals(user)) {
        believed = event.at("/wanted/wish").asText();
      }
    }
    return believed;
  }

  void settings(String user, String room, MemberSettings change) throws Exception {
    get(node.node.users().changeRoomSettings(user(user), room, change));
  }

  void quiet(String user, int from, int to) throws Exception {
    get(node.node.users().setQuietHours(user(user), from, to));
  }

  Users.Profile profile(String user) throws Exception {
    return get(node.node.users().get(user(user)));
  }

  long post(String room, String by, String text, String... mentions) throws Exception {
    return post(room, by, Payload.Text.of(text), mentions);
  }

  long post(String room, String by, Payload payload, String... mentions) throws Exception {
    Rooms.Recorded recorded =
        get(node.node
                .rooms()
                .post(
                    by(by),
                    List.of(
                        new ClientFrame.Send(
                            UUID.randomUUID().toString(),
                            room,
                            payload,
                            null,
                            mentions.length == 0 ? null : List.of(mentions)))))
            .getFirst();
    if (recorded.refusal() != null) {
      throw new AssertionError(recorded.refusal().toString());
    }
    return recorded.seq();
  }

  /** The pushes a user got, once they are so many. */
  List<JsonNode> pushes(String user, int atLeast) {
    await(
        SOON, () -> receiver.of(user).size() >= atLeast, () -> user + " got " + receiver.of(user));
    return receiver.of(user);
  }

  /** Returns once every push that was queued for a user is done. */
  void settled(String user) {
    await(
        SOON,
        () ->
            !log("users/" + user, "user.push-queued").isEmpty()
                && log("users/" + user, "user.push-queued").size()
                    == log("users/" + user, "user.push-done").size(),
        () -> "pushes are pending for " + user);
  }

  List<DeadLetters.Letter> letters(String user) throws Exception {
    return get(node.node.deadLetters().list(null, 1000)).letters().stream()
        .filter(letter -> letter.user().equals(user))
        .toList();
  }

  /** The user's only dead letter, once there is one. */
  DeadLetters.Letter letter(String user) throws Exception {
    await(SOON, () -> !letters(user).isEmpty(), () -> user + " has no dead letter");
    return letters(user).getFirst();
  }

  /** The events of one kind in a log. */
  List<JsonNode> log(String path, String name) {
    return node.node
        .database()
        .now(
            connection -> {
              try (PreparedStatement q =
                  connection.prepareStatement(
                      """
                      select "event_payload" from "event_journal"
                      where "persistence_id" = ? and "event_ser_manifest" = ?
                      order by "sequence_number\"""")) {
                q.setString(1, Tokens.TENANT + "/" + path);
                q.setString(2, name);
                List<JsonNode> events = new ArrayList<>();
                try (ResultSet r = q.executeQuery()) {
                  while (r.next()) {
                    events.add(JSON.readTree(new String(r.getBytes(1), StandardCharsets.UTF_8)));
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                return events;
              }
            });
  }

  int toldIn(String room) {
    return log("rooms/" + room, "room.told").stream().mapToInt(e -> e.path("users").size()).sum();
  }

  /** Rows of all logs whose name contains the word. */
  long rowsLike(String word) {
    return Long.parseLong(
        column(
                "select count(*) from \"event_journal\" where \"persistence_id\" like '%"
                    + word
                    + "%'")
            .getFirst());
  }

  List<String> column(String sql) {
    return node.node
        .database()
        .now(
            connection -> {
              try (PreparedStatement q = connection.prepareStatement(sql);
                  ResultSet r = q.executeQuery()) {
                List<String> values = new ArrayList<>();
                while (r.next()) {
                  values.add(r.getString(1));
                }
                return values;
              }
            });
  }
}
