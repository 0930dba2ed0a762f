package org.viesti.routing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.viesti.journal.Database;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.TopicFilter;

/**
 * Which topics are journaled because a session that may be away subscribed to them. A table has
 * every session's filters; every node knows them all by heart, for each publish asks; {@link
 * FilterNews} tells the nodes of changes.
 */
public final class DurableFilters {
  /** Longest filter whose topics can be journaled, in characters. */
  public static final int MAX_FILTER = 4_000;

  private static final int ROWS_AT_ONCE = 10_000;

  /** One filter of a tenant's. */
  record Filter(String tenant, String text) {}

  private final Database database;
  private final Exchange exchange;
  private final ActorRef<FilterNews.Message> news;

  /** How often something was learnt. */
  private long learned;

  private DurableFilters(ActorSystem<?> system, Database database, Exchange exchange) {
    this.database = database;
    this.exchange = exchange;
    this.news = system.systemActorOf(FilterNews.create(this), "durable-filters", Props.empty());
  }

  /** Reads them: when this returns, publishes on this node heed them. */
  public static DurableFilters start(ActorSystem<?> system, Database database, Exchange exchange) {
    DurableFilters filters = new DurableFilters(system, database, exchange);
    filters.load();
    return filters;
  }

  /** The name a filter has in the tags of journal rows: the same for all who use it. */
  public static String tag(String filter) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(filter.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For a session; done when every node heeds them. */
  public CompletionStage<Done> add(DeviceId session, Collection<String> filters) {
    String tenant = session.user().tenant();
    return database
        .run(
            connection -> {
              insert(connection, session, filters);
              return Done.getInstance();
            })
        .thenCompose(
            written -> {
              CompletableFuture<Done> everywhere = new CompletableFuture<>();
              List<Filter> added = filters.stream().map(text -> new Filter(tenant, text)).toList();
              learn(added);
              news.tell(new FilterNews.Added(added, everywhere));
              return everywhere;
            });
  }

  /** Takes them from a session; where no other has one, its topics need not be journaled. */
  public CompletionStage<Done> remove(DeviceId session, Collection<String> filters) {
    return remove(
        session,
        connection -> {
          try (PreparedStatement q =
              connection.prepareStatement(
                  "delete from durable_filter where session = ? and tag = ?")) {
            for (String filter : filters) {
              q.setString(1, session.key());
              q.setString(2, tag(filter));
              q.addBatch();
            }
            q.executeBatch();
          }
          return List.copyOf(filters);
        });
  }

  /** Takes all it has from a session. */
  public CompletionStage<Done> removeAll(DeviceId session) {
    return remove(
        session,
        connection -> {
          List<String> filters = new ArrayList<>();
          try (PreparedStatement q =
                  connection.prepareStatement(
                      "select filter from durable_filter where session = ?");
              PreparedStatement delete =
                  connection.prepareStatement("delete from durable_filter where session = ?")) {
            q.setString(1, session.key());
            try (ResultSet r = q.executeQuery()) {
              while (r.next()) {
                filters.add(r.getString(1));
              }
            }
            delete.setString(1, session.key());
            delete.executeUpdate();
          }
          return filters;
        });
  }

  private CompletionStage<Done> remove(DeviceId session, Database.Work<List<String>> deleting) {
    String tenant = session.user().tenant();
    return database
        .run(deleting)
        .thenApply(filters -> filters.stream().map(text -> new Filter(tenant, text)).toList())
        .thenCompose(
            removed -> {
              news.tell(new FilterNews.Removed(removed));
              return recheck(removed);
            });
  }

  private static void insert(Connection connection, DeviceId session, Collection<String> filters)
      throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement(
                "delete from durable_filter where session = ? and tag = ?");
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into durable_filter (session, tag, tenant, filter) values (?, ?, ?, ?)")) {
      connection.setAutoCommit(false);
      for (String filter : filters) {
        delete.setString(1, session.key());
        delete.setString(2, tag(filter));
        delete.addBatch();
        insert.setString(1, session.key());
        insert.setString(2, tag(filter));
        insert.setString(3, session.user().tenant());
        insert.setString(4, filter);
        insert.addBatch();
      }
      delete.executeBatch();
      insert.executeBatch();
      connection.commit();
    }
  }

  synchronized void learn(List<Filter> filters) {
    learned++;
    filters.forEach(each -> exchange.keep(each.tenant(), TopicFilter.parse(each.text())));
  }

  private synchronized boolean forget(List<Filter> filters, long asOf) {
    if (learned != asOf) {
      return false;
    }
    filters.forEach(each -> exchange.unkeep(each.tenant(), TopicFilter.parse(each.text())));
    return true;
  }

  private synchronized long learned() {
    return learned;
  }

  /** Forgets those that no session has any more; one that comes meanwhile is in the table first. */
  CompletionStage<Done> recheck(List<Filter> filters) {
    long asOf = learned();
    return database
        .run(connection -> unused(connection, filters))
        .thenCompose(
            unused ->
                forget(unused, asOf)
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : recheck(filters));
  }

  private static List<Filter> unused(Connection connection, List<Filter> filters)
      throws SQLException {
    List<Filter> found = new ArrayList<>(filters.size());
    try (PreparedStatement q =
        connection.prepareStatement(
            "select 1 from durable_filter where tenant = ? and tag = ? limit 1")) {
      for (Filter each : filters) {
        q.setString(1, each.tenant());
        q.setString(2, tag(each.text()));
        try (ResultSet r = q.executeQuery()) {
          if (!r.next()) {
            found.add(each);
          }
        }
      }
    }
    return found;
  }

  private void load() {
    String tenant = "";
    String tag = "";
    List<Filter> page;
    do {
      page = new ArrayList<>();
      String fromTenant = tenant;
      String fromTag = tag;
      List<Filter> found = page;
      tag =
          database.now(
              connection -> {
                String last = "";
                try (PreparedStatement q =
                    connection.prepareStatement(
                        """
                        select tenant, tag, min(filter) from durable_filter
                        where tenant > ? or (tenant = ? and tag > ?)
                        group by tenant, tag order by tenant, tag limit ?""")) {
                  q.setString(1, fromTenant);
                  q.setString(2, fromTenant);
                  q.setString(3, fromTag);
                  q.setInt(4, ROWS_AT_ONCE);
                  try (ResultSet r = q.executeQuery()) {
                    while (r.next()) {
                      found.add(new Filter(r.getString(1), r.getString(3)));
                      last = r.getString(2);
                    }
                  }
                }
                return last;
              });
      if (!page.isEmpty()) {
        tenant = page.getLast().tenant();
        learn(page);
      }
    } while (page.size() == ROWS_AT_ONCE);
  }
}
