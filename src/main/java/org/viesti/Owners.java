package org.viesti;

import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.device.Devices;
import org.viesti.journal.WakeUps;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.StreamId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.UserId;
import org.viesti.room.Rooms;
import org.viesti.routing.Exchange;
import org.viesti.routing.Router;
import org.viesti.routing.Tell;
import org.viesti.routing.TopicOwner;
import org.viesti.routing.Wants;
import org.viesti.stream.Streams;
import org.viesti.user.Users;

/** Introduces the entity doors to each other: whoever owns a topic is found here. */
final class Owners implements TopicOwner {
  private volatile @Nullable Rooms rooms;
  private volatile @Nullable Users users;
  private volatile @Nullable Devices devices;
  private volatile @Nullable Streams streams;

  void are(Rooms rooms, Users users, Devices devices, Streams streams) {
    this.rooms = rooms;
    this.users = users;
    this.devices = devices;
    this.streams = streams;
  }

  @Override
  public void interested(Topic topic, ActorRef<Router.Command> node) {
    Rooms roomDoor = rooms;
    Users userDoor = users;
    // Before the doors are open nobody can have followed or told anything.
    if (roomDoor == null || userDoor == null) {
      return;
    }
    if (topic.isRoom()) {
      roomDoor.interested(topic.room(), node);
    } else {
      userDoor.interested(user(topic), node);
    }
  }

  @Override
  public void tell(Topic topic, Tell tell) {
    Users userDoor = users;
    if (userDoor != null) {
      userDoor.tell(user(topic), tell);
    }
  }

  @Override
  public void wants(Topic topic, Wants wants) {
    Rooms roomDoor = rooms;
    if (roomDoor != null) {
      roomDoor.wants(topic.room(), wants);
    }
  }

  @Override
  public void compare(StreamId stream, ActorRef<Exchange.Command> node) {
    Streams streamDoor = streams;
    if (streamDoor != null) {
      streamDoor.compare(stream, node);
    }
  }

  @Override
  public void wake(WakeUps.Due due) {
    Rooms roomDoor = rooms;
    Users userDoor = users;
    Devices deviceDoor = devices;
    // Before the doors are open nobody wakes: the alarm rings again.
    if (roomDoor == null || userDoor == null || deviceDoor == null) {
      return;
    }
    if (due.topic().isRoom()) {
      roomDoor.wake(due.topic().room(), due);
    } else if (due.topic().path().startsWith(Topic.DEVICES)) {
      deviceDoor.wake(DeviceId.of(due.topic()), due);
    } else {
      userDoor.wake(user(due.topic()), due);
    }
  }

  private static UserId user(Topic topic) {
    return new UserId(topic.tenant(), topic.path().substring(Topic.USERS.length()));
  }
}
