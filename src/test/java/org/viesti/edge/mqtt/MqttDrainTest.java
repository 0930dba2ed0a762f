package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect4;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.u32;

import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.TestNode;
import org.viesti.connection.CloseCause;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.testkit.Shows;

/** What clients are told when their node leaves: MQTT 5.0 §4.11. */
@Timeout(60)
class MqttDrainTest {
  private static final String OTHER = "server-reference = [\"two:1883\"]";

  @Test
  @Shows("mqtt.server-reference")
  void clients_of_a_node_that_stops_are_told_where_to_go(@TempDir Path folder) throws Exception {
    TestNode node =
        TestNode.start(
            folder,
            "mqtt.anonymous",
            true,
            "topics.acl",
            List.of("allow all #"),
            "mqtt.server-reference",
            List.of("two:1883"));
    CompletableFuture<Void> stopped;
    try (MqttClient five = new MqttClient(node.mqttPort());
        MqttClient small = new MqttClient(node.mqttPort());
        MqttClient four = new MqttClient(node.mqttPort())) {
      five.send(connect5(CLEAN, 0, props(), "five")).packet();
      small.send(connect5(CLEAN, 0, props(0x27, u32(20)), "small")).packet();
      four.send(connect4(CLEAN, 0, "four")).packet();
      stopped = CompletableFuture.runAsync(node::close);
      String why = "the node is leaving: connect again, to any node";
      assertThat(five.next())
          .isEqualTo(MqttClient.hex(packet(0xE0, 0x9C, props(0x1C, "two:1883", 0x1F, why))));
      assertThat(small.next())
          .isEqualTo(MqttClient.hex(packet(0xE0, 0x9C, props(0x1C, "two:1883"))));
      four.closed();
    }
    stopped.join();
  }

  @Test
  void so_are_those_whose_stream_is_not_open_yet() throws Exception {
    try (MqttNode node = new MqttNode(OTHER)) {
      node.refusal = Refusal.of(ErrorCode.DRAINING, "leaving");
      try (MqttClient five = new MqttClient(node.port()).send(connect5(CLEAN, 0, props(), "c"));
          MqttClient four = new MqttClient(node.port()).send(connect4(CLEAN, 0, "c"))) {
        assertThat(five.next())
            .isEqualTo(
                MqttClient.hex(packet(0x20, 0, 0x9C, props(0x1C, "two:1883", 0x1F, "leaving"))));
        assertThat(four.next()).isEqualTo("20 02 00 03");
      }
    }
  }

  @Test
  void other_causes_send_nobody_elsewhere() throws Exception {
    try (MqttNode node = new MqttNode(OTHER);
        MqttClient client = MqttClient.five(node)) {
      node.stream().wire().close(new CloseCause.TakenOver());
      assertThat(client.disconnected()).isEqualTo(0x8E);
    }
  }

  @Test
  void each_of_several_servers_is_the_first_for_some() {
    MqttSettings settings = MqttNode.settings("server-reference = [\"a:1\", \"b:2\", \"[::1]:3\"]");
    Set<String> told = Stream.generate(settings::elsewhere).limit(1000).collect(Collectors.toSet());
    assertThat(told)
        .containsExactlyInAnyOrder("a:1 b:2 [::1]:3", "b:2 [::1]:3 a:1", "[::1]:3 a:1 b:2");
  }

  @Test
  void a_node_sends_nobody_to_itself() {
    String own = "host = one, port = 1883, tls.port = 8883, server-reference = ";
    assertThat(MqttNode.settings(own + "[\"one:1883\", \"one:8883\"]").elsewhere()).isNull();
    assertThat(MqttNode.settings(own + "[\"one:1883\", \"two:1883\"]").elsewhere())
        .isEqualTo("two:1883");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two", "two:", "two:0", "two:65536", ":1883", "t wo:1", "::1:1883"})
  void what_is_no_place_is_refused_at_the_start(String server) {
    assertThatThrownBy(() -> MqttNode.settings("server-reference = [\"" + server + "\"]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("viesti.mqtt.server-reference")
        .hasMessageContaining("host:port");
  }
}
