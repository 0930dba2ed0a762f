package org.viesti.scene;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.SourceQueueWithComplete;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.edge.grpc.v1.ChatServiceClient;
import org.viesti.protocol.v1.ClientFrame;
import org.viesti.protocol.v1.ServerFrame;
import org.viesti.testkit.Mosquitto;
import org.viesti.testkit.Tokens;

/** One scene of all doors: what goes in by one comes out by the others. */
@Timeout(60)
class MixedTest {
  @TempDir static Path folder;
  static Stage stage;
  static ActorTestKit kit;
  static ChatServiceClient grpc;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "topics.acl", List.of("allow all #"));
    kit = ActorTestKit.create();
    grpc =
        ChatServiceClient.create(
            GrpcClientSettings.connectToServiceAt(
                    "127.0.0.1", stage.node.calls().getPort(), kit.system())
                .withTls(false),
            kit.system());
  }

  @AfterAll
  static void stop() {
    grpc.close();
    kit.shutdownTestKit();
    stage.close();
  }

  /** A gRPC client that subscribed to a filter. */
  private static final class Caller implements AutoCloseable {
    private final SourceQueueWithComplete<ClientFrame> says;
    private final LinkedBlockingQueue<ServerFrame> heard = new LinkedBlockingQueue<>();

    Caller(String user, String filter) throws InterruptedException {
      var out = Source.<ClientFrame>queue(10, OverflowStrategy.fail()).preMaterialize(kit.system());
      says = out.first();
      grpc.connect()
          .addHeader("authorization", "Bearer " + Tokens.of(user, "call"))
          .invoke(out.second())
          .runWith(Sink.foreach(heard::add), kit.system());
      say(ClientFrame.newBuilder().setHello(ClientFrame.Hello.getDefaultInstance()));
      say(
          ClientFrame.newBuilder()
              .setSubscribe(
                  ClientFrame.Subscribe.newBuilder()
                      .setId("s")
                      .addFilters(ClientFrame.Wanted.newBuilder().setFilter(filter))));
      next(ServerFrame.FrameCase.SUBSCRIBED);
    }

    private void say(ClientFrame.Builder frame) {
      Stage.now(says.offer(frame.build()));
    }

    ServerFrame next(ServerFrame.FrameCase kind) throws InterruptedException {
      while (true) {
        ServerFrame next = heard.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("no " + kind).isNotNull();
        if (next.getFrameCase() == kind) {
          return next;
        }
      }
    }

    @Override
    public void close() {
      says.complete();
    }
  }

  /** A {@code mosquitto_sub}, that has been answered when this returns. */
  private static final class Listener implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    /** What it was granted. */
    final String granted;

    Listener(String user, String device, String filter) throws IOException {
      process =
          new ProcessBuilder(
                  "stdbuf",
                  "-oL",
                  "mosquitto_sub",
                  "-h",
                  "127.0.0.1",
                  "-p",
                  "" + stage.node.mqttPort(),
                  "-V",
                  "5",
                  "-u",
                  user,
                  "-P",
                  Tokens.of(user, device),
                  "-i",
                  device,
                  "-q",
                  "1",
                  "-d",
                  "-t",
                  filter)
              .redirectErrorStream(true)
              .start();
      lines = process.inputReader(UTF_8);
      granted = next("Subscribed");
    }

    /** The next line that begins so; how the client goes about it is passed over. */
    String next(String start) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(start)) {
          return line;
        }
      }
      throw new AssertionError("it ended without " + start);
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  private static Mosquitto.Ended publish(String user, String topic, String payload)
      throws Exception {
    return Mosquitto.pub(
        stage.node.mqttPort(),
        "-V",
        "5",
        "-u",
        user,
        "-P",
        Tokens.of(user, "pub"),
        "-i",
        "pub",
        "-q",
        "1",
        "-t",
        topic,
        "-m",
        payload);
  }

  @Test
  void a_device_publishes_and_browsers_and_services_see_it() throws Exception {
    try (Link browser = stage.connect("ann", "phone");
        Caller service = new Caller("cid", "plant/#")) {
      browser.send(
          frame("subscribe", "id", "s", "filters", List.of(Map.of("filter", "plant/+/moisture"))));
      browser.next("subscribed");
      assertThat(publish("bob", "plant/7/moisture", "41").code()).isZero();
      assertThat(browser.next("published").path("payload").asText()).isEqualTo("41");
      ServerFrame.Published published =
          service.next(ServerFrame.FrameCase.PUBLISHED).getPublished();
      assertThat(published.getTopic()).isEqualTo("plant/7/moisture");
      assertThat(published.getPayload().toStringUtf8()).isEqualTo("41");
    }
  }

  @Test
  void a_browser_publishes_and_a_device_sees_it() throws Exception {
    try (Link browser = stage.connect("ann", "phone");
        Listener device = new Listener("bob", "ear", "lamp/#")) {
      browser.send(frame("publish", "id", "1", "topic", "lamp/7", "payload", "on!", "qos", 1));
      assertThat(device.next("on")).isEqualTo("on!");
    }
  }

  @Test
  void a_chat_room_is_readable_over_mqtt_by_its_members_only() throws Exception {
    stage.group("greenhouse", "ann", "bob", "cid");
    try (Link browser = stage.connect("ann", "phone");
        Listener bob = new Listener("bob", "ear", "rooms/greenhouse");
        Listener eve = new Listener("eve", "ear", "rooms/greenhouse")) {
      assertThat(bob.granted).endsWith(": 1");
      assertThat(eve.granted).endsWith(": 135");
      browser.post("greenhouse", "1", "too dry");
      assertThat(body(bob.next("{"))).isEqualTo("too dry");
      // A device answers, and the browser sees it; a stranger's is not posted.
      assertThat(publish("cid", "rooms/greenhouse", "watered").code()).isZero();
      browser.delivery("greenhouse", "watered");
      assertThat(body(bob.next("{"))).isEqualTo("watered");
      assertThat(publish("eve", "rooms/greenhouse", "hei").said()).contains("Not authorized");
      assertThat(browser.texts("greenhouse")).containsExactly("too dry", "watered");
    }
  }

  private static String body(String message) throws IOException {
    return new JsonMapper().readTree(message).at("/body/payload/body").asText();
  }
}
