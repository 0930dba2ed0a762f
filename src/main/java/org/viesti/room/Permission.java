package org.viesti.room;

import org.jspecify.annotations.Nullable;

/**
 * The permission table: what the least role is that may do something, by room type. Whoever acts on
 * a member must also outrank it, and nobody grants a role above its own; both are the room's to
 * check.
 */
public enum Permission {
  //                DIRECT         GROUP           CHANNEL         BOT
  POST(Role.MEMBER, Role.MEMBER, Role.MODERATOR, Role.MEMBER),
  REACT(Role.MEMBER, Role.MEMBER, Role.MEMBER, Role.MEMBER),
  PIN(Role.MEMBER, Role.MODERATOR, Role.MODERATOR, Role.MEMBER),
  SIGNAL(Role.MEMBER, Role.MEMBER, null, Role.MEMBER),
  MODERATE(Role.OWNER, Role.MODERATOR, Role.MODERATOR, Role.MODERATOR),
  UPDATE(Role.MEMBER, Role.ADMIN, Role.ADMIN, Role.ADMIN),
  ADD(null, Role.ADMIN, Role.ADMIN, Role.ADMIN),
  REMOVE(null, Role.ADMIN, Role.ADMIN, Role.ADMIN),
  BAN(null, Role.MODERATOR, Role.MODERATOR, Role.MODERATOR),
  CHANGE_ROLE(null, Role.OWNER, Role.OWNER, Role.OWNER),
  DELETE(null, Role.OWNER, Role.OWNER, Role.OWNER);

  private final @Nullable Role[] least;

  /** Null: nobody in such a room. */
  Permission(
      @Nullable Role direct, @Nullable Role group, @Nullable Role channel, @Nullable Role bot) {
    least = new Role[] {direct, group, channel, bot};
  }

  public boolean allows(RoomType type, Role role) {
    Role needed = least[type.ordinal()];
    return needed != null && role.compareTo(needed) >= 0;
  }
}
