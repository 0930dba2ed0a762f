package org.viesti.edge;

import org.viesti.connection.Admission;
import org.viesti.connection.DeliveryStates;
import org.viesti.device.Devices;
import org.viesti.room.Rooms;
import org.viesti.security.Authenticator;
import org.viesti.security.DeviceSecrets;
import org.viesti.user.Users;

/**
 * Everything a client can ask for in one call, the same by whatever protocol it comes: an edge of
 * calls only translates.
 */
public record Calls(Callers callers, RoomCalls rooms, MessageCalls messages, UserCalls users) {

  public static Calls over(
      CallSettings settings,
      Authenticator authenticator,
      Rooms rooms,
      Users users,
      Devices devices,
      DeviceSecrets secrets,
      Admission admission) {
    Callers callers = new Callers(authenticator, devices, settings.trustDevice(), System::nanoTime);
    return new Calls(
        callers,
        new RoomCalls(settings, rooms, users),
        new MessageCalls(settings, rooms, admission, new DeliveryStates(rooms, users, devices)),
        new UserCalls(rooms, users, devices, secrets, callers));
  }
}
