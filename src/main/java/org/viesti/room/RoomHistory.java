package org.viesti.room;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.History;
import org.viesti.journal.History.Row;
import org.viesti.journal.Logs;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.HistoryEntry;
import org.viesti.protocol.Message;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;

/**
 * Reads a room's log for people: posts with what became of them since. Content that was redacted is
 * left out from the moment the redaction is committed, also before it is erased from the journal.
 */
final class RoomHistory {
  /** What became of one page's messages is read up to this many entries. */
  private static final int AMENDMENTS_AT_MOST = 20_000;

  private final History history;

  RoomHistory(History history) {
    this.history = history;
  }

  /**
   * A stretch of a log as it is delivered.
   *
   * @param upTo the last position looked at; nothing between the messages and it is to be seen
   * @param end the log went no further
   */
  record Stretch(List<Message> messages, long upTo, boolean end) {}

  /** What lies after a position. */
  CompletionStage<Stretch> after(RoomId room, long after, int most) {
    String log = Logs.of(room.topic());
    return history
        .forward(log, after, Long.MAX_VALUE, most)
        .thenCompose(
            rows -> {
              long upTo = rows.isEmpty() ? after : rows.getLast().seq();
              return amendments(log, rows)
                  .thenApply(
                      about ->
                          new Stretch(
                              delivered(room, rows, redacted(about)), upTo, rows.size() < most));
            });
  }

  private static List<Message> delivered(RoomId room, List<Row> rows, Set<Long> redacted) {
    List<Message> messages = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (row.event() instanceof RoomEvent.Visible visible) {
        messages.add(
            RoomMessages.of(room, row.seq(), withoutRedacted(visible, row.seq(), redacted)));
      }
    }
    return messages;
  }

  private static RoomEvent.Visible withoutRedacted(
      RoomEvent.Visible event, long seq, Set<Long> redacted) {
    boolean gone =
        event instanceof RoomEvent.Posted && redacted.contains(seq)
            || event instanceof RoomEvent.Edited edited && redacted.contains(edited.target());
    return gone ? new RoomEvent.Erased(event.at(), event.by(), event.prev(), null, 0) : event;
  }

  private static Set<Long> redacted(List<Row> about) {
    Set<Long> seqs = new LinkedHashSet<>();
    for (Row row : about) {
      if (row.event() instanceof RoomEvent.Redacted redacted) {
        seqs.add(redacted.target());
      }
    }
    return seqs;
  }

  private CompletionStage<List<Row>> amendments(String log, List<Row> rows) {
    if (rows.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    long low = Math.min(rows.getFirst().seq(), rows.getLast().seq());
    long high = Math.max(rows.getFirst().seq(), rows.getLast().seq());
    // An edit in the stretch may be of an older message whose redaction came later.
    for (Row row : rows) {
      if (row.event() instanceof RoomEvent.Edited edited) {
        low = Math.min(low, edited.target());
      }
    }
    return history.tagged(log, RoomTags.about(low), RoomTags.about(high), AMENDMENTS_AT_MOST);
  }

  /**
   * A page of posts and changes of the room, newest first unless {@code forward}; amendments are
   * folded in.
   */
  CompletionStage<HistoryEntry.Page> page(
      RoomId room, String caller, long from, int limit, boolean forward) {
    return gather(room, new ArrayList<>(), from, limit, forward)
        .thenCompose(
            rows ->
                amendments(Logs.of(room.topic()), rows)
                    .thenApply(about -> page(room, caller, rows, about, from, limit, forward)));
  }

  /**
   * Reads on until the page is full: amendments and bookkeeping take positions, but no place on a
   * page.
   */
  private CompletionStage<List<Row>> gather(
      RoomId room, List<Row> found, long from, int limit, boolean forward) {
    String log = Logs.of(room.topic());
    int most = limit + 20;
    CompletionStage<List<Row>> read =
        forward
            ? history.forward(log, from, Long.MAX_VALUE, most)
            : history.backward(log, from, most);
    return read.thenCompose(
        rows -> {
          for (Row row : rows) {
            if (isEntry(row) && found.size() < limit) {
              found.add(row);
            }
          }
          if (found.size() == limit || rows.size() < most) {
            return CompletableFuture.completedFuture(found);
          }
          return gather(room, found, rows.getLast().seq(), limit, forward);
        });
  }

  private static boolean isEntry(Row row) {
    return switch (row.event()) {
      case RoomEvent.Edited e -> false;
      case RoomEvent.Redacted e -> false;
      case RoomEvent.Reacted e -> false;
      case RoomEvent.Erased e -> e.target() == 0;
      case RoomEvent.Visible e -> true;
      default -> false;
    };
  }

  private static HistoryEntry.Page page(
      RoomId room,
      String caller,
      List<Row> rows,
      List<Row> about,
      long from,
      int limit,
      boolean forward) {
    Map<Long, List<RoomEvent>> byTarget = byTarget(about);
    List<HistoryEntry> entries = new ArrayList<>(rows.size());
    for (Row row : rows) {
      entries.add(entry(room, caller, row, byTarget.getOrDefault(row.seq(), List.of())));
    }
    boolean full = rows.size() == limit;
    long first = rows.isEmpty() ? from : rows.getFirst().seq();
    long last = rows.isEmpty() ? from : rows.getLast().seq();
    String older =
        forward ? (first > 1 ? cursor(first, false) : null) : (full ? cursor(last, false) : null);
    String newer = forward ? cursor(last, true) : cursor(rows.isEmpty() ? 0 : first, true);
    return new HistoryEntry.Page(entries, older, newer);
  }

  private static Map<Long, List<RoomEvent>> byTarget(List<Row> about) {
    Map<Long, List<RoomEvent>> byTarget = new HashMap<>();
    for (Row row : about) {
      switch (row.event()) {
        case RoomEvent.Edited e -> add(byTarget, e.target(), e);
        case RoomEvent.Redacted e -> add(byTarget, e.target(), e);
        case RoomEvent.Reacted e -> add(byTarget, e.target(), e);
        case RoomEvent.Pinned e -> add(byTarget, e.target(), e);
        case RoomEvent.Erased e -> add(byTarget, e.target(), e);
        default -> {}
      }
    }
    return byTarget;
  }

  private static void add(Map<Long, List<RoomEvent>> byTarget, long target, RoomEvent event) {
    byTarget.computeIfAbsent(target, t -> new ArrayList<>()).add(event);
  }

  private static HistoryEntry entry(RoomId room, String caller, Row row, List<RoomEvent> about) {
    RoomEvent.Visible event = (RoomEvent.Visible) row.event();
    boolean redacted =
        event instanceof RoomEvent.Erased
            || about.stream().anyMatch(RoomEvent.Redacted.class::isInstance);
    int edits = 0;
    boolean pinned = false;
    RoomEvent.Visible shown = event;
    Map<String, Set<String>> reactions = new LinkedHashMap<>();
    for (RoomEvent amendment : about) {
      switch (amendment) {
        case RoomEvent.Edited edit -> {
          edits++;
          shown = edited(event, edit);
        }
        case RoomEvent.Reacted reacted -> react(reactions, reacted);
        case RoomEvent.Pinned pin -> pinned = pin.pinned();
        default -> {}
      }
    }
    if (redacted) {
      shown = new RoomEvent.Erased(event.at(), event.by(), event.prev(), null, 0);
    }
    return new HistoryEntry(
        RoomMessages.of(room, row.seq(), shown),
        edits,
        redacted,
        pinned && !redacted,
        counted(reactions, caller));
  }

  private static RoomEvent.Visible edited(RoomEvent.Visible event, RoomEvent.Edited edit) {
    return event instanceof RoomEvent.Posted e
        ? new RoomEvent.Posted(
            e.at(),
            e.by(),
            e.device(),
            e.prev(),
            e.clientId(),
            edit.payload(),
            e.replyTo(),
            edit.mentions())
        : event;
  }

  private static void react(Map<String, Set<String>> reactions, RoomEvent.Reacted reacted) {
    Set<String> users = reactions.computeIfAbsent(reacted.reaction(), r -> new LinkedHashSet<>());
    if (reacted.add()) {
      users.add(reacted.by());
    } else {
      users.remove(reacted.by());
    }
  }

  private static @Nullable List<HistoryEntry.Reactions> counted(
      Map<String, Set<String>> reactions, String caller) {
    List<HistoryEntry.Reactions> counted = new ArrayList<>();
    reactions.forEach(
        (reaction, users) -> {
          if (!users.isEmpty()) {
            counted.add(new HistoryEntry.Reactions(reaction, users.size(), users.contains(caller)));
          }
        });
    return counted.isEmpty() ? null : counted;
  }

  /**
   * One message with every content it has had, oldest first; nothing is left of a redacted one's.
   */
  CompletionStage<List<HistoryEntry>> versions(RoomId room, String caller, long seq) {
    String log = Logs.of(room.topic());
    String tag = RoomTags.about(seq);
    return history
        .forward(log, seq - 1, seq, 1)
        .thenCombine(
            history.tagged(log, tag, tag, AMENDMENTS_AT_MOST),
            (rows, about) -> {
              if (rows.isEmpty() || !isEntry(rows.getFirst())) {
                throw new Refused(ErrorCode.NOT_FOUND, "no message " + room.messageId(seq));
              }
              return versions(room, caller, rows.getFirst(), about);
            });
  }

  private static List<HistoryEntry> versions(RoomId room, String caller, Row row, List<Row> about) {
    List<RoomEvent> amendments = byTarget(about).getOrDefault(row.seq(), Collections.emptyList());
    HistoryEntry newest = entry(room, caller, row, amendments);
    if (newest.redacted()) {
      return List.of(newest);
    }
    List<HistoryEntry> versions = new ArrayList<>();
    versions.add(entry(room, caller, row, List.of()));
    for (int i = 0; i < amendments.size(); i++) {
      if (amendments.get(i) instanceof RoomEvent.Edited) {
        versions.add(entry(room, caller, row, amendments.subList(0, i + 1)));
      }
    }
    versions.set(versions.size() - 1, newest);
    return versions;
  }

  /** The replies to a message after a position, oldest first. */
  CompletionStage<HistoryEntry.Replies> replies(
      RoomId room, String caller, long seq, long after, int limit) {
    String log = Logs.of(room.topic());
    return history
        .taggedAfter(log, RoomTags.reply(seq), after, limit + 1)
        .thenCompose(
            found -> {
              List<Row> rows = found.subList(0, Math.min(limit, found.size()));
              String next = found.size() > limit ? cursor(rows.getLast().seq(), true) : null;
              return amendments(log, rows)
                  .thenApply(about -> page(room, caller, rows, about, after, limit, true))
                  .thenApply(page -> new HistoryEntry.Replies(page.entries(), next));
            });
  }

  /** What is pinned, as it stands now, the last pinned first. */
  CompletionStage<List<HistoryEntry>> pins(RoomId room, String caller, int limit) {
    String log = Logs.of(room.topic());
    return history
        .tagged(log, RoomTags.pin(0), RoomTags.pin(Long.MAX_VALUE), AMENDMENTS_AT_MOST)
        .thenCompose(
            rows -> {
              CompletionStage<List<HistoryEntry>> found =
                  CompletableFuture.completedFuture(new ArrayList<>());
              for (long target : pinned(rows).reversed().stream().limit(limit).toList()) {
                found = found.thenCombine(versions(room, caller, target), RoomHistory::andNewest);
              }
              return found;
            })
        .thenApply(entries -> entries.stream().filter(HistoryEntry::pinned).toList());
  }

  private static List<HistoryEntry> andNewest(
      List<HistoryEntry> entries, List<HistoryEntry> versions) {
    entries.add(versions.getLast());
    return entries;
  }

  /** Targets in the order of their last pinning. */
  private static List<Long> pinned(List<Row> rows) {
    LinkedHashSet<Long> pinned = new LinkedHashSet<>();
    for (Row row : rows) {
      if (row.event() instanceof RoomEvent.Pinned pin) {
        pinned.remove(pin.target());
        if (pin.pinned()) {
          pinned.add(pin.target());
        }
      }
    }
    return List.copyOf(pinned);
  }

  // Cursors: where, and which way. Opaque to clients.

  static String cursor(long seq, boolean forward) {
    return Long.toString(seq * 2 + (forward ? 1 : 0), Character.MAX_RADIX);
  }

  /** Where a cursor stands. */
  record Cursor(long seq, boolean forward) {
    /** After which position a list goes on that goes one way only; absent: from its beginning. */
    static long after(@Nullable String text) {
      Cursor cursor = text == null ? new Cursor(0, true) : parse(text);
      if (!cursor.forward()) {
        throw unknown();
      }
      return cursor.seq();
    }

    static Cursor parse(String text) {
      try {
        long value = Long.parseLong(text, Character.MAX_RADIX);
        if (value >= 0) {
          return new Cursor(value / 2, value % 2 == 1);
        }
      } catch (NumberFormatException e) {
        // falls through: it is not one of ours
      }
      throw unknown();
    }

    private static Refused unknown() {
      return new Refused(ErrorCode.INVALID_ARGUMENT, "cursor is not one this server gave");
    }
  }
}
