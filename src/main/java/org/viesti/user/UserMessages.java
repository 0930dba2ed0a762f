package org.viesti.user;

import org.viesti.protocol.Body;
import org.viesti.protocol.Message;
import org.viesti.protocol.UserId;

/** A user's entries as its devices see them. */
final class UserMessages {
  private UserMessages() {}

  static Message of(UserId user, long seq, UserEvent.Visible event) {
    Body body =
        switch (event) {
          case UserEvent.Entered e -> new Body.Membership(e.room(), true, e.role(), e.seq());
          case UserEvent.Left e -> new Body.Membership(e.room(), false, null, e.seq());
        };
    return new Message(
        user.topic(), seq, event.prev(), user.id() + "." + seq, event.at(), user.id(), null, body);
  }
}
