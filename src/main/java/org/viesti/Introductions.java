package org.viesti;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.viesti.device.Devices;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.Message;
import org.viesti.protocol.RoomId;
import org.viesti.room.Rooms;
import org.viesti.user.PushFacts;

/** What users' owners know of rooms and devices, which are strangers to them. */
record Introductions(Rooms rooms, Devices devices) implements PushFacts {
  @Override
  public CompletionStage<Long> acknowledged(DeviceId device, RoomId room) {
    return devices
        .get(device)
        .thenApply(
            outbox ->
                outbox.revoked()
                    ? Long.MAX_VALUE
                    : outbox.cursors().getOrDefault(room.topic().path(), 0L));
  }

  @Override
  public CompletionStage<Optional<Message>> message(RoomId room, long seq) {
    return rooms
        .read(room, seq - 1, 1)
        .thenApply(stretch -> stretch.messages().stream().filter(m -> m.seq() == seq).findFirst());
  }
}
