package org.viesti.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Database;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refused;
import org.viesti.protocol.TopicFilter;

/**
 * The last message of each topic that was published with retain. It is in the database and nowhere
 * else: a million of them fill no heap, and an exact subscribe is one look by key.
 *
 * <p>While one write is under way what is to be kept gathers, of one topic only the last, and
 * becomes the next write.
 */
public final class Retained {
  /** Longest topic that can be kept, in characters: it is a key. */
  public static final int MAX_TOPIC = 800;

  private static final JsonMapper JSON = JsonMapper.builder().findAndAddModules().build();

  private record Key(String tenant, String topic) {}

  private record Keep(Publication publication, List<CompletableFuture<Done>> answers) {}

  /** Part of what matches a filter, in the order of topics; {@code next} is null at the end. */
  public record Page(List<Publication> publications, @Nullable String next) {}

  private final Database database;
  private final SystemTopics system;
  private Map<Key, Keep> gathered = new LinkedHashMap<>();
  private boolean writing;

  public Retained(Database database, SystemTopics system) {
    this.database = database;
    this.system = system;
  }

  /**
   * Keeps it in place of what was kept; an empty one only clears. Done when it is committed. Fails
   * with LIMIT_EXCEEDED for a topic longer than {@link #MAX_TOPIC}.
   */
  public CompletionStage<Done> keep(Publication publication) {
    if (publication.path().length() > MAX_TOPIC) {
      return CompletableFuture.failedFuture(
          new Refused(
              ErrorCode.LIMIT_EXCEEDED,
              "only topics of up to " + MAX_TOPIC + " characters are retained"));
    }
    CompletableFuture<Done> kept = new CompletableFuture<>();
    synchronized (this) {
      gathered.merge(
          new Key(publication.tenant(), publication.path()),
          new Keep(publication, new ArrayList<>(List.of(kept))),
          (old, added) -> {
            old.answers().addAll(added.answers());
            return new Keep(publication, old.answers());
          });
      if (writing) {
        return kept;
      }
      writing = true;
    }
    database.run(this::writeOn);
    return kept;
  }

  private Done writeOn(Connection connection) {
    for (Map<Key, Keep> batch = next(); !batch.isEmpty(); batch = next()) {
      try {
        write(connection, batch.values());
        batch
            .values()
            .forEach(keep -> keep.answers().forEach(each -> each.complete(Done.getInstance())));
      } catch (SQLException | RuntimeException e) {
        batch
            .values()
            .forEach(keep -> keep.answers().forEach(each -> each.completeExceptionally(e)));
      }
    }
    return Done.getInstance();
  }

  private synchronized Map<Key, Keep> next() {
    Map<Key, Keep> batch = gathered;
    gathered = new LinkedHashMap<>();
    writing = !batch.isEmpty();
    return batch;
  }

  private static void write(Connection connection, Collection<Keep> batch) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement delete =
            connection.prepareStatement("delete from retained where tenant = ? and topic = ?");
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into retained
                (tenant, topic, payload, qos, published_at, expires_at, publisher, properties)
                values (?, ?, ?, ?, ?, ?, ?, ?)""")) {
      for (Keep keep : batch) {
        Publication publication = keep.publication();
        delete.setString(1, publication.tenant());
        delete.setString(2, publication.path());
        delete.addBatch();
        if (publication.payload().length > 0) {
          insert.setString(1, publication.tenant());
          insert.setString(2, publication.path());
          insert.setBytes(3, publication.payload());
          insert.setInt(4, publication.qos());
          insert.setLong(5, publication.at());
          insert.setLong(6, publication.expiresAt());
          insert.setString(7, publication.publisher());
          insert.setString(8, json(publication.properties()));
          insert.addBatch();
        }
      }
      delete.executeBatch();
      insert.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /**
   * What is kept for a filter, and has not expired; of the server's own topics, what they say now.
   *
   * @param after the {@code next} of the page before; null: from the beginning
   * @param most about so many topics are looked at
   */
  public CompletionStage<Page> of(
      String tenant, TopicFilter filter, @Nullable String after, int most) {
    if (SystemTopics.isFor(filter)) {
      return system.of(tenant, filter).thenApply(found -> new Page(found, null));
    }
    return database.run(
        connection ->
            filter.isExact()
                ? one(connection, tenant, filter)
                : some(connection, tenant, filter, after, most));
  }

  /** How many topics have one, of whatever tenant; those that have expired among them. */
  public CompletionStage<Long> count() {
    return database.run(
        connection -> {
          try (PreparedStatement q = connection.prepareStatement("select count(*) from retained");
              ResultSet r = q.executeQuery()) {
            r.next();
            return r.getLong(1);
          }
        });
  }

  private static Page one(Connection connection, String tenant, TopicFilter filter)
      throws SQLException {
    try (PreparedStatement q =
        connection.prepareStatement("select * from retained where tenant = ? and topic = ?")) {
      q.setString(1, tenant);
      q.setString(2, filter.path());
      return new Page(matching(q, filter, 1).publications(), null);
    }
  }

  private static Page some(
      Connection connection, String tenant, TopicFilter filter, @Nullable String after, int most)
      throws SQLException {
    String path = filter.path();
    int plus = path.indexOf('+');
    int hash = path.indexOf('#');
    int wild = plus < 0 ? hash : hash < 0 ? plus : Math.min(plus, hash);
    // "a/#" is also for "a".
    String beginning = path.substring(0, Math.max(0, path.charAt(wild) == '#' ? wild - 1 : wild));
    String end = end(beginning);
    try (PreparedStatement q =
        connection.prepareStatement(
            "select * from retained where tenant = ? and topic > ? and topic >= ?"
                + (end == null ? "" : " and topic < ?")
                + " order by tenant, topic limit ?")) {
      int at = 1;
      q.setString(at++, tenant);
      q.setString(at++, after == null ? "" : after);
      q.setString(at++, beginning);
      if (end != null) {
        q.setString(at++, end);
      }
      q.setInt(at, most);
      return matching(q, filter, most);
    }
  }

  /** The first text behind all that begin so; null where that is hard to say. */
  private static @Nullable String end(String beginning) {
    if (beginning.isEmpty()
        || beginning.charAt(beginning.length() - 1) >= Character.MIN_SURROGATE - 1) {
      return null;
    }
    int last = beginning.length() - 1;
    return beginning.substring(0, last) + (char) (beginning.charAt(last) + 1);
  }

  private static Page matching(PreparedStatement q, TopicFilter filter, int most)
      throws SQLException {
    List<Publication> found = new ArrayList<>();
    String last = null;
    int seen = 0;
    long now = System.currentTimeMillis();
    try (ResultSet r = q.executeQuery()) {
      while (r.next()) {
        seen++;
        last = r.getString("topic");
        long expiresAt = r.getLong("expires_at");
        if (!filter.matches(last) || (expiresAt != 0 && expiresAt <= now)) {
          continue;
        }
        found.add(
            new Publication(
                r.getString("tenant"),
                last,
                r.getBytes("payload"),
                r.getInt("qos"),
                true,
                r.getLong("published_at"),
                expiresAt,
                r.getString("publisher"),
                properties(r.getString("properties"))));
      }
    }
    return new Page(found, seen < most ? null : last);
  }

  private static @Nullable String json(Publication.@Nullable Properties properties) {
    try {
      return properties == null ? null : JSON.writeValueAsString(properties);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Publication.@Nullable Properties properties(@Nullable String json) {
    try {
      return json == null ? null : JSON.readValue(json, Publication.Properties.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
