package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How one user wants one room. In a change, absent fields stay as they are.
 *
 * @param notifications default, all, mentions or none: what is worth a push
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemberSettings(
    @Nullable String notifications,
    @Nullable Boolean muted,
    @Nullable Boolean archived,
    @Nullable Boolean pinned) {
  public static final MemberSettings DEFAULT = new MemberSettings("default", false, false, false);

  public MemberSettings changedBy(MemberSettings change) {
    return new MemberSettings(
        change.notifications == null ? notifications : change.notifications,
        change.muted == null ? muted : change.muted,
        change.archived == null ? archived : change.archived,
        change.pinned == null ? pinned : change.pinned);
  }

  public void validate() {
    if (notifications != null && !notifications.matches("default|all|mentions|none")) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, "notifications must be default, all, mentions or none");
    }
  }
}
