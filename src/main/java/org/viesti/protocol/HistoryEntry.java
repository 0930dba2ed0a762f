package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as it stands now: with its newest content, its reactions and the number of its replies.
 *
 * @param edits how often it was edited; {@code message} holds the newest content
 * @param redacted its content is gone
 * @param pinned members find it among the room's pins
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HistoryEntry(
    Message message,
    int edits,
    boolean redacted,
    boolean pinned,
    @Nullable List<Reactions> reactions) {

  /**
   * Who reacted how.
   *
   * @param mine the caller is among them
   */
  public record Reactions(String reaction, int count, boolean mine) {}

  /**
   * A page of a room's history.
   *
   * @param older cursor of the page before, absent at the room's beginning
   * @param newer cursor of the page after; at the room's end it finds what comes later
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Page(List<HistoryEntry> entries, @Nullable String older, @Nullable String newer) {}

  /**
   * A page of a message's replies.
   *
   * @param next cursor of the page after, absent at the end
   */
  public record Replies(List<HistoryEntry> entries, @Nullable String next) {}
}
