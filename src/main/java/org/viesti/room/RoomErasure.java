package org.viesti.room;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.viesti.journal.History;
import org.viesti.journal.Logs;
import org.viesti.journal.Stored;
import org.viesti.protocol.RoomId;

/** Takes redacted content out of the journal itself: the post's and all its edits'. */
final class RoomErasure {
  /** A message that thousands reacted to may have been edited after that. */
  private static final int AT_ONCE = 1000;

  private RoomErasure() {}

  /** Doing it again changes nothing. */
  static CompletionStage<Done> erase(History history, RoomId room, long target) {
    String log = Logs.of(room.topic());
    return history
        .forward(log, target - 1, target, 1)
        .thenCompose(post -> history.overwrite(log, blanks(post)))
        .thenCompose(done -> eraseEdits(history, log, target, target));
  }

  private static CompletionStage<Done> eraseEdits(
      History history, String log, long target, long after) {
    return history
        .taggedAfter(log, RoomTags.about(target), after, AT_ONCE)
        .thenCompose(
            about -> {
              CompletionStage<Done> written = history.overwrite(log, blanks(about));
              return about.size() < AT_ONCE
                  ? written
                  : written.thenCompose(
                      done -> eraseEdits(history, log, target, about.getLast().seq()));
            });
  }

  private static Map<Long, Stored> blanks(List<History.Row> rows) {
    Map<Long, Stored> blank = new HashMap<>();
    for (History.Row row : rows) {
      if (row.event() instanceof RoomEvent.Posted e) {
        blank.put(row.seq(), new RoomEvent.Erased(e.at(), e.by(), e.prev(), e.clientId(), 0));
      } else if (row.event() instanceof RoomEvent.Edited e) {
        blank.put(row.seq(), new RoomEvent.Erased(e.at(), e.by(), e.prev(), null, e.target()));
      }
    }
    return blank;
  }
}
