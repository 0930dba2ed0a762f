package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.scene.Stage;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** What waits for a client of a whole node that does not answer. */
@Timeout(60)
class MqttQueueTest {
  private static final int WINDOW = 2;
  private static final int WAITING = 5;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final byte[] NONE = props();

  @TempDir Path folder;

  @Test
  @Shows("connection.max-queued")
  void past_its_window_so_many_wait_and_no_more() throws Exception {
    try (Stage stage =
            Stage.set(
                folder, "topics.acl", List.of("allow all #"), "connection.max-queued", WAITING);
        MqttClient slow = connected(stage, "slow", props(RECEIVE_MAXIMUM, u16(WINDOW)));
        MqttClient quick = connected(stage, "quick", NONE)) {
      slow.send(packet(0x82, u16(1), NONE, "q", 1));
      assertThat(slow.next()).isEqualTo("90 04 00 01 00 01");
      for (int i = 1; i <= 20; i++) {
        quick.send(publish5(1, "q", i, NONE, "m" + i));
        assertThat(quick.packet()[0]).isEqualTo((byte) 0x40);
      }
      // Each answer makes room for one that waited.
      for (int i = 1; i <= WINDOW + WAITING; i++) {
        assertThat(slow.packet()).endsWith(MqttBytes.raw("m" + i));
        slow.send(packet(0x40, u16(i)));
      }
      quick.send(publish5(1, "q", 21, NONE, "end"));
      assertThat(slow.packet()).endsWith(MqttBytes.raw("end"));
    }
  }

  @Test
  void all_that_was_kept_comes_however_little_may_wait() throws Exception {
    try (Stage stage =
            Stage.set(
                folder, "topics.acl", List.of("allow all #"), "connection.max-queued", WAITING);
        MqttClient keeper = connected(stage, "keeper", NONE);
        MqttClient slow = connected(stage, "slow", props(RECEIVE_MAXIMUM, u16(WINDOW)))) {
      for (int i = 1; i <= 20; i++) {
        keeper.send(packet(0x33, "kept/" + (char) ('a' + i), u16(i), NONE, MqttBytes.raw("m" + i)));
        assertThat(keeper.packet()[0]).isEqualTo((byte) 0x40);
      }
      slow.send(packet(0x82, u16(1), NONE, "kept/#", 1));
      assertThat(slow.next()).isEqualTo("90 04 00 01 00 01");
      for (int i = 1; i <= 20; i++) {
        assertThat(slow.packet()).endsWith(MqttBytes.raw("m" + i));
        slow.send(packet(0x40, u16(i)));
      }
    }
  }

  private static MqttClient connected(Stage stage, String device, byte[] properties)
      throws IOException {
    MqttClient client = new MqttClient(stage.node.mqttPort());
    client.send(
        connect5(CLEAN | USER | PASSWORD, 0, properties, device, "ann", Tokens.of("ann", device)));
    assertThat(client.packet()[3]).isZero();
    return client;
  }
}
