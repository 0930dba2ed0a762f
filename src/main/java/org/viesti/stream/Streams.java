package org.viesti.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.History;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.TopicFilter;
import org.viesti.routing.DurableFilters;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retention;
import org.viesti.stream.StreamCommand.Is;
import org.viesti.stream.StreamCommand.Reply;

/**
 * The only door to streams. A topic's messages are all in one partition; a position in it is its
 * row and the place in the row. A call fails with UNAVAILABLE if the owner does not answer in time.
 */
public final class Streams {
  private static final EntityTypeKey<StreamCommand> KEY =
      EntityTypeKey.create(StreamCommand.class, "stream");
  private static final int INDEX_BITS = 16;

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<StreamCommand>> shards;
  private final StreamSettings settings;
  private final Retention retention;
  private final History history;

  private Streams(ActorSystem<?> system, History history, Stream.Needs needs) {
    this.system = system;
    this.settings = needs.settings();
    this.retention = needs.retention();
    this.history = history;
    this.shards =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                    KEY, entity -> Stream.create(StreamId.parse(entity.getEntityId()), needs)));
  }

  /** Opens the door on this node. */
  public static Streams start(
      ActorSystem<?> system,
      StreamSettings settings,
      Retention retention,
      History history,
      Exchange exchange) {
    return new Streams(system, history, new Stream.Needs(settings, retention, exchange, history));
  }

  static long position(long row, int index) {
    return row << INDEX_BITS | index;
  }

  /** The last position there can be in a row. */
  private static long endOf(long row) {
    return position(row, (1 << INDEX_BITS) - 1);
  }

  private static long rowOf(long position) {
    return position >>> INDEX_BITS;
  }

  private StreamId of(String tenant, String topic) {
    Retention.Rule rule = retention.of(topic);
    int hash = topic.hashCode();
    return new StreamId(
        tenant,
        rule == null ? null : rule.name(),
        Math.floorMod(hash ^ hash >>> 16, settings.partitions()));
  }

  /** Those that what matches a filter can be in. */
  public List<StreamId> of(String tenant, TopicFilter filter) {
    if (filter.isExact()) {
      return List.of(of(tenant, filter.path()));
    }
    List<StreamId> streams = new ArrayList<>(settings.partitions());
    addAll(tenant, null, streams);
    for (Retention.Rule rule : retention.rules()) {
      if (rule.filter().overlaps(filter)) {
        addAll(tenant, rule.name(), streams);
      }
    }
    return streams;
  }

  private void addAll(String tenant, @Nullable String rule, List<StreamId> to) {
    for (int partition = 0; partition < settings.partitions(); partition++) {
      to.add(new StreamId(tenant, rule, partition));
    }
  }

  /** Records them, of each topic in this order; each is done when it is committed. */
  public List<CompletionStage<Done>> append(List<Publication> publications) {
    Map<StreamId, List<Publication>> parts = new LinkedHashMap<>(2);
    List<StreamId> streams = new ArrayList<>(publications.size());
    for (Publication each : publications) {
      StreamId stream = of(each.tenant(), each.path());
      streams.add(stream);
      parts.computeIfAbsent(stream, s -> new ArrayList<>(publications.size())).add(each);
    }
    Map<StreamId, CompletionStage<Done>> done = new LinkedHashMap<>(2);
    parts.forEach(
        (stream, part) ->
            done.put(
                stream,
                ask(stream, ref -> new StreamCommand.Append(part, ref))
                    .thenApply(is -> Done.getInstance())));
    return streams.stream().map(done::get).toList();
  }

  /**
   * Where a stream ends.
   *
   * @param position everything committed so far is at or before it, what comes is after it
   * @param life see {@link org.viesti.routing.Router.Place}
   */
  public record Head(long position, long life) {}

  public CompletionStage<Head> head(StreamId stream) {
    return ask(stream, StreamCommand.Head::new)
        .thenApply(is -> new Head(endOf(is.row()), is.life()));
  }

  /** The stream is to tell a node how much it has sent there. */
  public void compare(StreamId stream, ActorRef<Exchange.Command> node) {
    shards.tell(new ShardingEnvelope<>(stream.key(), new StreamCommand.Compare(node)));
  }

  /** A message of a stream. */
  public record Entry(long position, Publication publication) {}

  /**
   * Part of a stream.
   *
   * @param entries of rows in which something matches; not each of them does
   * @param upTo position that nothing is missing before
   * @param end there was no more
   */
  public record Stretch(List<Entry> entries, long upTo, boolean end) {}

  /** What was recorded after a position in rows that hold something for one of these filters. */
  public CompletionStage<Stretch> read(
      StreamId stream, Collection<String> filters, long after, int mostRows) {
    List<History.TagFrom> tags =
        filters.stream()
            .map(filter -> new History.TagFrom(DurableFilters.tag(filter), rowOf(after)))
            .toList();
    return history
        .withAnyTag(stream.key(), tags, mostRows)
        .thenApply(rows -> stretch(stream, rows, after, mostRows));
  }

  /** All that was recorded after a position. */
  public CompletionStage<Stretch> readAll(StreamId stream, long after, int mostRows) {
    return history
        .forward(stream.key(), rowOf(after) - 1, Long.MAX_VALUE, mostRows)
        .thenApply(rows -> stretch(stream, rows, after, mostRows));
  }

  private static Stretch stretch(
      StreamId stream, List<History.Row> rows, long after, int mostRows) {
    List<Entry> entries = new ArrayList<>();
    rows.forEach(row -> add(stream, row, after, entries));
    long upTo = rows.isEmpty() ? after : Math.max(after, endOf(rows.getLast().seq()));
    return new Stretch(entries, upTo, rows.size() < mostRows);
  }

  /** The position before what was recorded at or after a time, in milliseconds since 1970. */
  public CompletionStage<Long> before(StreamId stream, long time) {
    return history.seqAt(stream.key(), time).thenApply(row -> endOf(row - 1));
  }

  private static void add(StreamId stream, History.Row row, long after, List<Entry> to) {
    List<Appended.Kept> messages = ((Appended) row.event()).messages();
    for (int i = 0; i < messages.size(); i++) {
      long position = position(row.seq(), i);
      if (position > after) {
        to.add(new Entry(position, messages.get(i).in(stream.tenant())));
      }
    }
  }

  /** The heads of several. */
  public CompletionStage<Map<StreamId, Head>> heads(Collection<StreamId> streams) {
    CompletionStage<Map<StreamId, Head>> all = CompletableFuture.completedFuture(new HashMap<>());
    for (StreamId stream : streams) {
      all =
          all.thenCombine(
              head(stream),
              (heads, head) -> {
                heads.put(stream, head);
                return heads;
              });
    }
    return all;
  }

  /** The messages at these positions, as far as they are still there. */
  public CompletionStage<Map<StreamId, Map<Long, Publication>>> at(
      Map<StreamId, List<Long>> positions) {
    CompletionStage<Map<StreamId, Map<Long, Publication>>> all =
        CompletableFuture.completedFuture(new HashMap<>());
    for (Map.Entry<StreamId, List<Long>> each : positions.entrySet()) {
      Set<Long> wanted = new HashSet<>(each.getValue());
      for (long row : wanted.stream().mapToLong(Streams::rowOf).distinct().toArray()) {
        all =
            all.thenCombine(
                history.forward(each.getKey().key(), row - 1, row, 1),
                (found, rows) -> {
                  Map<Long, Publication> of =
                      found.computeIfAbsent(each.getKey(), stream -> new HashMap<>());
                  List<Entry> entries = new ArrayList<>();
                  rows.forEach(one -> add(each.getKey(), one, 0, entries));
                  entries.stream()
                      .filter(entry -> wanted.contains(entry.position()))
                      .forEach(entry -> of.put(entry.position(), entry.publication()));
                  return found;
                });
      }
    }
    return all;
  }

  private CompletionStage<Is> ask(
      StreamId stream, Function<ActorRef<Reply>, StreamCommand.Request> request) {
    return AskPattern.<ShardingEnvelope<StreamCommand>, Reply>ask(
            shards,
            ref -> new ShardingEnvelope<>(stream.key(), request.apply(ref)),
            settings.askTimeout(),
            system.scheduler())
        .thenApply(
            reply ->
                switch (reply) {
                  case Is is -> is;
                });
  }
}
