package org.viesti.edge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.connect5;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.viesti.connection.CloseCause;

/** MQTT in binary frames: MQTT 5.0 §6. */
@Timeout(60)
class MqttWebSocketTest {
  private static MqttNode node;

  @BeforeAll
  static void start() {
    node = new MqttNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Keeps what comes: frames in hex, and the close. */
  private static final class Heard implements WebSocket.Listener {
    final BlockingQueue<String> frames = new LinkedBlockingQueue<>();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      frames.add(MqttClient.hex(bytes));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      frames.add("close " + code);
      return null;
    }

    String next() throws InterruptedException {
      return MqttNode.taken(frames);
    }
  }

  private static WebSocket connect(HttpClient http, Heard heard, String... subprotocols) {
    return http.newWebSocketBuilder()
        .subprotocols(subprotocols[0], Arrays.copyOfRange(subprotocols, 1, subprotocols.length))
        .buildAsync(URI.create("ws://127.0.0.1:" + node.livePort() + "/mqtt"), heard)
        .join();
  }

  @Test
  void MQTT_6_0_0_4_the_subprotocol_is_mqtt_and_packets_may_be_cut_anywhere() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      WebSocket socket = connect(http, heard, "other", "mqttv3.1", "mqtt");
      assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
      byte[] connect = connect5(CLEAN, 0, props(), "c");
      socket.sendBinary(ByteBuffer.wrap(connect, 0, 5), false).join();
      socket.sendBinary(ByteBuffer.wrap(connect, 5, 5), true).join();
      socket.sendBinary(ByteBuffer.wrap(connect, 10, connect.length - 10), true).join();
      assertThat(heard.next()).startsWith("20 ");
      MqttNode.Stream stream = node.stream();
      socket.sendBinary(ByteBuffer.wrap(packet(0xC0)), true).join();
      assertThat(heard.next()).isEqualTo("d0 00");
      stream.wire().close(new CloseCause.TakenOver());
      assertThat(heard.next()).startsWith("e0 ").contains(" 8e ");
      assertThat(heard.next()).isEqualTo("close 1000");
    }
  }

  @Test
  void MQTT_6_0_0_1_a_text_frame_closes() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      Heard heard = new Heard();
      connect(http, heard, "mqttv3.1").sendText("hello", true).join();
      assertThat(heard.next()).isEqualTo("close 1003");
    }
  }
}
