package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A room as its members see it.
 *
 * @param type direct, group, channel or bot
 * @param createdAt milliseconds since 1970
 * @param head position of its last entry
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RoomView(
    String id,
    String type,
    String name,
    @Nullable String description,
    boolean isPrivate,
    Map<String, Object> metadata,
    long createdAt,
    String createdBy,
    int memberCount,
    long head) {

  /**
   * A member of a room.
   *
   * @param role owner, admin, moderator, member or guest
   * @param joinedAt milliseconds since 1970
   */
  public record Member(String user, String role, long joinedAt) {}
}
