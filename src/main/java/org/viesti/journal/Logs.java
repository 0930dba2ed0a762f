package org.viesti.journal;

import org.apache.pekko.persistence.typed.PersistenceId;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;

/** The journal's name of each log. */
public final class Logs {
  private Logs() {}

  /** Of the room or user that owns a topic: {@code tenant/rooms/general}. */
  public static String of(Topic topic) {
    return topic.key();
  }

  public static PersistenceId persistenceId(Topic topic) {
    return PersistenceId.ofUniqueId(of(topic));
  }

  public static PersistenceId persistenceId(DeviceId device) {
    return persistenceId(device.topic());
  }

  public static PersistenceId persistenceId(StreamId stream) {
    return PersistenceId.ofUniqueId(stream.key());
  }
}
