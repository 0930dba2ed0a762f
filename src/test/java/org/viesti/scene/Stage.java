package org.viesti.scene;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.viesti.TestNode;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.security.Principal;
import org.viesti.testkit.Await;
import org.viesti.testkit.Tokens;
import org.viesti.user.Users;

/** A node, its rooms, and the links to it. */
public final class Stage implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(15);

  public final TestNode node;
  private final List<Link> links = new ArrayList<>();

  private Stage(TestNode node) {
    this.node = node;
  }

  /** Settings in pairs of key (below viesti) and value. */
  public static Stage set(Path folder, Object... settings) {
    return new Stage(TestNode.start(folder, settings));
  }

  // Rooms.

  public static Principal by(String user) {
    return new Principal(user(user), "test", Set.of(), Instant.now().plusSeconds(3600));
  }

  public static UserId user(String id) {
    return new UserId(Tokens.TENANT, id);
  }

  public static DeviceId device(String user, String device) {
    return new DeviceId(user(user), device);
  }

  public static RoomId room(String id) {
    return new RoomId(Tokens.TENANT, id);
  }

  /** A group; the first is its owner, the others are members. Each of them knows of it. */
  public Rooms.Seen group(String id, String owner, String... members) {
    return make("group", id, owner, members);
  }

  public Rooms.Seen make(String type, String id, String owner, String... members) {
    Rooms.Seen made =
        now(
            node.rooms()
                .create(
                    by(owner),
                    new Rooms.NewRoom(
                        room(id),
                        type,
                        id,
                        null,
                        null,
                        null,
                        List.of(members).stream()
                            .map(member -> new Rooms.NewMember(member, null))
                            .toList())));
    knows(id, owner);
    for (String member : members) {
      knows(id, member);
    }
    return made;
  }

  /** Awaits that the user's owner knows that it is in the room. */
  public void knows(String room, String user) {
    Await.until(
        PATIENCE, () -> user + " does not know of " + room, () -> isIn(membership(room, user)));
  }

  /** Awaits that the user's owner knows that it is no longer in the room. */
  public void knowsNoMore(String room, String user) {
    Await.until(PATIENCE, () -> user + " is still in " + room, () -> !isIn(membership(room, user)));
  }

  private static boolean isIn(Users.Membership membership) {
    return membership != null && membership.isIn();
  }

  public Users.Membership membership(String room, String user) {
    return now(node.users().get(user(user))).memberships().stream()
        .filter(membership -> membership.room().equals(room))
        .findAny()
        .orElse(null);
  }

  public Users.Summary summary(String room, String user) {
    return now(node.users().summaries(user(user), List.of(membership(room, user)))).getFirst();
  }

  public void add(String room, String by, String... users) {
    now(
        node.rooms()
            .addMembers(
                by(by),
                room(room),
                List.of(users).stream().map(user -> new Rooms.NewMember(user, null)).toList()));
  }

  public void remove(String room, String by, String... users) {
    now(node.rooms().removeMembers(by(by), room(room), List.of(users)));
  }

  /** The whole log of a room, as anyone who was there from its beginning would see it. */
  public List<Message> log(String room) {
    List<Message> all = new ArrayList<>();
    long after = 0;
    while (true) {
      Rooms.Stretch stretch = now(node.rooms().read(room(room), after, 1000));
      all.addAll(stretch.messages());
      after = stretch.upTo();
      if (stretch.end()) {
        return all;
      }
    }
  }

  public static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  // Links.

  /** A link on which nothing has been said. */
  public Link link(String token, Link.Form form, int receiveBuffer) {
    Link link = new Link(node.live(), token, form, receiveBuffer);
    synchronized (links) {
      links.add(link);
    }
    return link;
  }

  public Link link(String user, String device) {
    return link(Tokens.of(user, device), Link.Form.JSON, 0);
  }

  /**
   * A live stream that has caught up, acknowledging; from then on it does not. The hello has these
   * fields.
   */
  public Link connect(String user, String device, Object... hello) {
    return caughtUp(link(user, device), hello);
  }

  /** The same over one of the subprotocols. */
  public Link connect(Link.Form form, String user, String device, Object... hello) {
    return caughtUp(link(Tokens.of(user, device), form, 0), hello);
  }

  public static Link caughtUp(Link link, Object... hello) {
    acking(link);
    link.hello(hello);
    link.next("caught_up");
    return link.listen(frame -> {});
  }

  /** The same, acknowledging each delivery. */
  public Link reader(String user, String device, Object... hello) {
    Link link = acking(link(user, device));
    link.hello(hello);
    return link;
  }

  public static Link acking(Link link) {
    return link.listen(
        frame -> {
          if (frame.path("type").asText().equals("delivery")) {
            link.acknowledge(frame.path("topic").asText(), frame.path("seq").asLong());
          }
        });
  }

  /** Awaits that the node holds so many streams. */
  public void awaitStreams(int count) {
    Await.until(
        PATIENCE, () -> "streams: " + now(node.streams()), () -> now(node.streams()) == count);
  }

  /** Closes the links of one scene. */
  public void clear() {
    synchronized (links) {
      links.forEach(Link::close);
      links.clear();
    }
    awaitStreams(0);
  }

  // The database.

  /** A number from the node's own database. */
  public long count(String sql, Object... values) {
    return query(sql, values).getFirst() instanceof Number number ? number.longValue() : -1;
  }

  /** The first column. */
  public List<Object> query(String sql, Object... values) {
    try (Connection connection = database();
        PreparedStatement q = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        q.setObject(i + 1, values[i]);
      }
      List<Object> found = new ArrayList<>();
      try (ResultSet rows = q.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getObject(1));
        }
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public void execute(String sql) {
    try (Connection connection = database()) {
      connection.createStatement().execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public Connection database() throws SQLException {
    return node.database.connect();
  }

  /** Every table of the node's, a row each. */
  public static ResultSet tables(Connection connection) throws SQLException {
    String[] kinds = {"TABLE", "BASE TABLE"}; // as PostgreSQL calls them, and as H2
    return connection.getMetaData().getTables(null, connection.getSchema(), "%", kinds);
  }

  /** The code of an error frame. */
  public static String code(JsonNode error) {
    return error.path("code").asText();
  }

  @Override
  public void close() {
    synchronized (links) {
      links.forEach(Link::close);
    }
    node.close();
  }
}
