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
  private static final int EDITS_AT_MOST = 10_000;

  private RoomErasure() {}

  /** Doing it again changes nothing. */
  static CompletionStage<Done> erase(History history, RoomId room, long target) {
    String log = Logs.of(room.topic());
    String tag = RoomTags.about(target);
    return history
        .forward(log, target - 1, target, 1)
        .thenCombine(
            history.tagged(log, tag, tag, EDITS_AT_MOST),
            (post, about) -> {
              Map<Long, Stored> blank = new HashMap<>();
              blankInto(blank, post);
              blankInto(blank, about);
              return blank;
            })
        .thenCompose(blank -> history.overwrite(log, blank));
  }

  private static void blankInto(Map<Long, Stored> blank, List<History.Row> rows) {
    for (History.Row row : rows) {
      if (row.event() instanceof RoomEvent.Posted e) {
        blank.put(row.seq(), new RoomEvent.Erased(e.at(), e.by(), e.prev(), e.clientId(), 0));
      } else if (row.event() instanceof RoomEvent.Edited e) {
        blank.put(row.seq(), new RoomEvent.Erased(e.at(), e.by(), e.prev(), null, e.target()));
      }
    }
  }
}
