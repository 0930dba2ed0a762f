package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viesti.protocol.DeviceId;
import org.viesti.protocol.UserId;

class ClientIdsTest {
  @ParameterizedTest
  @CsvSource({
    "sensor-1.a_b~c:d|e@f, sensor-1.a_b~c:d|e@f",
    "a/b, a=2Fb",
    "a=2Fb, a=3D2Fb",
    "ä, =C3=A4",
    "' ', =20"
  })
  void what_a_device_id_cannot_have_is_quoted(String client, String device) {
    assertThat(ClientIds.device(client)).isEqualTo(device);
  }

  @Test
  void no_two_clients_are_one_device() {
    Set<String> devices = new HashSet<>();
    int clients = 0;
    for (String part : new String[] {"x", "/", "=", "ä", "=2F"}) {
      for (int length = 1; length <= 300; length++) {
        devices.add(device(part.repeat(length)));
        clients++;
      }
    }
    String hashed = device("x".repeat(200));
    devices.add(device(hashed));
    assertThat(devices).hasSize(clients + 1);
  }

  private static String device(String client) {
    String device = ClientIds.device(client);
    return new DeviceId(new UserId("t", "u"), device).id();
  }
}
