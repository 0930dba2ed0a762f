package org.viesti.stream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.Recovery;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.journal.GroupCommit;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.protocol.Publication;
import org.viesti.protocol.StreamId;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retention;
import org.viesti.routing.StreamVoice;

/**
 * The owner of one partition. What comes while a row is written becomes the next row, or as many as
 * it fills; once a row is committed those who are here are told, and those who asked for it
 * answered. It remembers nothing: its log is for others to read.
 */
final class Stream extends EventSourcedBehavior<StreamCommand, Appended, Stream.Nothing> {

  /** What it remembers. */
  enum Nothing {
    NOTHING
  }

  private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

  /** How often rows are deleted while they are kept. */
  private static final int SWEEPS = 100;

  private static final long MIN_SWEEP_MS = 100;
  private static final long MAX_SWEEP_MS = 3_600_000;

  /** What a stream needs of its node. */
  record Needs(StreamSettings settings, Retention retention, Exchange exchange, History history) {}

  /** One row to be written: its tags and then, once it is, its messages. */
  private record Row(List<Publication> publications, Set<String> tags) {}

  private final ActorContext<StreamCommand> context;
  private final StreamId id;
  private final Needs needs;

  /** Of this life: from one recovery to the next. */
  private StreamVoice voice;

  private List<Publication> gathered = new ArrayList<>();
  private List<ActorRef<StreamCommand.Reply>> toAnswer = new ArrayList<>();

  /** Rows whose tags the journal has not asked for yet. */
  private final ArrayDeque<Row> untagged = new ArrayDeque<>(1);

  private long nextToTag;

  /** How long rows are kept, and about how many bytes of them; zero: without end. */
  private final Duration keep;

  private final long keepBytes;

  /** When rows that are too old are deleted next, in milliseconds since 1970. */
  private long sweepAt;

  /** Bytes that were added since what is beyond {@link #keepBytes} was deleted, about. */
  private long added;

  static Behavior<StreamCommand> create(StreamId id, Needs needs) {
    return Behaviors.setup(context -> new Stream(context, id, needs));
  }

  private Stream(ActorContext<StreamCommand> context, StreamId id, Needs needs) {
    super(Logs.persistenceId(id), GroupCommit.RESTART);
    this.context = context;
    this.id = id;
    this.needs = needs;
    this.voice = voice(0);
    Retention.Rule rule = needs.retention().named(id.rule());
    this.keep = rule == null ? needs.settings().keep() : rule.keep();
    this.keepBytes = rule == null ? 0 : rule.bytes();
    this.added = keepBytes;
  }

  private StreamVoice voice(long before) {
    long now = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    return new StreamVoice(id, Math.max(before + 1, now));
  }

  @Override
  public Nothing emptyState() {
    return Nothing.NOTHING;
  }

  /** There is nothing to be known but how long the log is. */
  @Override
  public Recovery recovery() {
    return Recovery.disabled();
  }

  @Override
  public SignalHandler<Nothing> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            nothing -> {
              voice = voice(voice.life());
              gathered = new ArrayList<>();
              toAnswer = new ArrayList<>();
            })
        .build();
  }

  @Override
  public EventHandler<Nothing, Appended> eventHandler() {
    return (nothing, row) -> nothing;
  }

  @Override
  public Set<String> tagsFor(Appended event) {
    long seq = nextToTag++;
    Set<String> tags = new HashSet<>();
    untagged.remove().tags().forEach(tag -> tags.add(History.tag(id.key(), tag, seq)));
    return tags;
  }

  @Override
  public CommandHandler<StreamCommand, Appended, Nothing> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::on);
  }

  private Effect<Appended, Nothing> on(Nothing nothing, StreamCommand command) {
    switch (command) {
      case StreamCommand.Append(List<Publication> publications, var replyTo) -> {
        if (gathered.isEmpty()) {
          context.getSelf().tell(new StreamCommand.Flush());
        }
        gathered.addAll(publications);
        toAnswer.add(replyTo);
      }
      case StreamCommand.Head(var replyTo) ->
          replyTo.tell(new StreamCommand.Is(lastSequenceNumber(context), voice.life()));
      case StreamCommand.Compare(var node) -> needs.exchange().compare(voice, node);
      case StreamCommand.Flush() -> {
        return flush();
      }
    }
    return Effect().none();
  }

  private Effect<Appended, Nothing> flush() {
    List<Row> rows = rows();
    List<ActorRef<StreamCommand.Reply>> waiting = toAnswer;
    gathered = new ArrayList<>();
    toAnswer = new ArrayList<>();
    long before = lastSequenceNumber(context);
    nextToTag = before + 1;
    untagged.clear();
    untagged.addAll(rows);
    return Effect()
        .persist(rows.stream().map(Stream::event).toList())
        .thenRun(
            committed -> {
              needs.exchange().recorded(voice, placed(rows, before));
              StreamCommand.Is is = new StreamCommand.Is(before + rows.size(), voice.life());
              waiting.forEach(each -> each.tell(is));
              sweep(rows, System.currentTimeMillis());
            });
  }

  /** A log to which nothing is added need not be swept: its next message does it. */
  private void sweep(List<Row> more, long now) {
    if (!keep.isZero() && now >= sweepAt) {
      sweepAt = now + Math.clamp(keep.toMillis() / SWEEPS, MIN_SWEEP_MS, MAX_SWEEP_MS);
      swept(needs.history().deleteBefore(id.key(), now - keep.toMillis()));
    }
    if (keepBytes == 0) {
      return;
    }
    for (Row row : more) {
      added += row.publications().stream().mapToLong(Publication::size).sum();
    }
    if (added > keepBytes / SWEEPS) {
      added = 0;
      swept(needs.history().deleteBeyond(id.key(), keepBytes));
    }
  }

  private void swept(CompletionStage<Done> sweep) {
    sweep.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            LOG.warn("could not delete old rows of {}: {}", id, failure.toString());
          }
        });
  }

  private static Appended event(Row row) {
    return new Appended(row.publications().stream().map(Appended.Kept::of).toList());
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>(1);
    List<Publication> row = new ArrayList<>();
    Set<String> tags = new HashSet<>();
    long bytes = 0;
    for (Publication each : gathered) {
      if (!row.isEmpty()
          && (row.size() >= needs.settings().rowMessages()
              || bytes + each.size() > needs.settings().rowBytes())) {
        rows.add(new Row(row, tags));
        row = new ArrayList<>();
        tags = new HashSet<>();
        bytes = 0;
      }
      row.add(each);
      bytes += each.size();
      needs.exchange().tags(each.tenant(), each.path(), tags);
    }
    rows.add(new Row(row, tags));
    return rows;
  }

  private static List<Exchange.Recorded> placed(List<Row> rows, long before) {
    List<Exchange.Recorded> placed = new ArrayList<>();
    long row = before;
    for (Row each : rows) {
      row++;
      for (int i = 0; i < each.publications().size(); i++) {
        placed.add(new Exchange.Recorded(each.publications().get(i), Streams.position(row, i)));
      }
    }
    return placed;
  }
}
