package org.viesti.edge.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.MessageCalls.NewMessage;
import org.viesti.protocol.Payload;
import org.viesti.room.Rooms;

/** The bodies of calls; whoever handles them checks what is missing. */
final class Forms {
  private Forms() {}

  record Members(@Nullable List<Rooms.NewMember> members) {}

  record NewRole(@Nullable String role) {}

  record Ban(@Nullable String reason) {}

  record Read(long seq) {}

  /** A post to the room that the path names. */
  record Post(
      @Nullable String clientId,
      @Nullable Payload payload,
      @Nullable String replyTo,
      @Nullable List<String> mentions) {
    NewMessage in(String room) {
      return new NewMessage(clientId, room, payload, replyTo, mentions);
    }
  }

  record Posts(@Nullable List<NewMessage> messages) {}

  record Edit(@Nullable Payload payload, @Nullable List<String> mentions) {}

  record Push(@Nullable String provider, @Nullable String token) {}

  record QuietHours(@Nullable String from, @Nullable String to) {}
}
