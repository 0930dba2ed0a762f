package org.viesti.edge.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.edge.mqtt.MqttBytes.CLEAN;
import static org.viesti.edge.mqtt.MqttBytes.PASSWORD;
import static org.viesti.edge.mqtt.MqttBytes.USER;
import static org.viesti.edge.mqtt.MqttBytes.packet;
import static org.viesti.edge.mqtt.MqttBytes.props;
import static org.viesti.edge.mqtt.MqttBytes.publish5;
import static org.viesti.edge.mqtt.MqttBytes.u16;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.TestNode;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;
import org.viesti.testkit.Tokens;

/** The topics under $SYS, by which a node tells how it is. */
@Timeout(60)
class MqttSysTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Of those under $SYS/broker. */
  private static final String LAST = "$SYS/broker/load/publish/dropped/15min";

  @TempDir Path folder;

  private TestNode node(String interval, String... rules) {
    return TestNode.start(
        folder,
        "mqtt.anonymous",
        true,
        "mqtt.sys-interval",
        interval,
        "topics.acl",
        rules.length == 0 ? List.of("allow all #", "allow subscribe $SYS/#") : List.of(rules));
  }

  private static SessionClient client(TestNode node, String id) throws IOException {
    return SessionClient.clean(node.mqttPort(), id, 0);
  }

  private static SessionClient withToken(TestNode node, String id, String tenant, String... roles)
      throws IOException {
    String token = Tokens.of(id, id, tenant, List.of(roles), Duration.ofHours(1));
    return SessionClient.connect(node.mqttPort(), CLEAN | USER | PASSWORD, id, 0, id, token);
  }

  /** What a new subscription is told, up to this topic, which is told last. */
  private static Map<String, String> told(SessionClient client, String last) throws IOException {
    Map<String, String> told = new TreeMap<>();
    while (!told.containsKey(last)) {
      SessionClient.Published one = client.published();
      told.put(one.topic(), one.payload());
    }
    return told;
  }

  /** Subscribes where something may come before the answer. */
  private static void subscribe(SessionClient client, String filter, int qos) throws IOException {
    client.send(packet(0x82, u16(99), props(), filter, qos));
    String next = client.next();
    while (!next.startsWith("90")) {
      next = client.next();
    }
    assertThat(next).isEqualTo("90 04 00 63 00 0" + qos);
  }

  /** Awaits a value. */
  private static void hears(SessionClient client, String topic, String value) throws IOException {
    for (SessionClient.Published one = client.published();
        !(one.topic().equals(topic) && one.payload().equals(value));
        one = client.published()) {
      assertThat(one.qos()).isZero();
    }
  }

  private static int suback(SessionClient client, String filter) throws IOException {
    String suback = client.send(packet(0x82, u16(9), props(), filter, 0)).next();
    return Integer.parseInt(suback.substring(suback.length() - 2), 16);
  }

  @Test
  void a_new_subscription_is_told_at_once_as_of_what_is_retained() throws Exception {
    try (TestNode node = node("1h");
        SessionClient ann = client(node, "ann");
        SessionClient bob = client(node, "bob")) {
      bob.send(packet(0x82, u16(1), props(), "$SYS/broker/clients/connected", 0)).next();
      assertThat(bob.next()).startsWith("31 ").endsWith(MqttClient.hex("2".getBytes(UTF_8)));

      ann.subscribe("$SYS/broker/#", 0);
      Map<String, String> told = told(ann, LAST);
      assertThat(told.get("$SYS/broker/version")).startsWith("viesti ");
      assertThat(told.get("$SYS/broker/uptime")).matches("[0-9]+ seconds");
      assertThat(told)
          .containsEntry("$SYS/broker/clients/connected", "2")
          .containsEntry("$SYS/broker/subscriptions/count", "2")
          .containsEntry("$SYS/broker/retained messages/count", "0")
          .containsKeys(
              "$SYS/broker/messages/received",
              "$SYS/broker/messages/sent",
              "$SYS/broker/bytes/received",
              "$SYS/broker/bytes/sent",
              "$SYS/broker/publish/messages/received",
              "$SYS/broker/publish/messages/sent",
              "$SYS/broker/publish/messages/dropped",
              "$SYS/broker/publish/bytes/received",
              "$SYS/broker/publish/bytes/sent",
              "$SYS/broker/load/messages/received/1min",
              "$SYS/broker/load/publish/dropped/15min");
    }
  }

  @Test
  @Shows("mqtt.sys-interval")
  void who_subscribed_is_told_at_intervals() throws Exception {
    try (TestNode node = node("100ms");
        SessionClient ann = client(node, "ann")) {
      subscribe(ann, "$SYS/broker/clients/connected", 0);
      hears(ann, "$SYS/broker/clients/connected", "1");
      hears(ann, "$SYS/broker/clients/connected", "1");
      try (SessionClient bob = client(node, "bob")) {
        hears(ann, "$SYS/broker/clients/connected", "2");
        bob.leave();
      }
      hears(ann, "$SYS/broker/clients/connected", "1");
    }
  }

  @Test
  void without_an_interval_there_is_nothing() throws Exception {
    try (TestNode node = node("0s");
        SessionClient ann = client(node, "ann")) {
      ann.subscribe("$SYS/#", 0).silent();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+/broker/uptime", "$share/g/#"})
  void MQTT_4_7_2_1_a_wildcard_at_the_front_does_not_match_it(String filter) throws Exception {
    try (TestNode node = node("50ms");
        SessionClient ann = client(node, "ann");
        SessionClient bob = client(node, "bob")) {
      ann.subscribe(filter, 0).silent();
      subscribe(bob, "$SYS/broker/uptime", 0);
      for (int i = 0; i < 5; i++) {
        assertThat(bob.published().topic()).isEqualTo("$SYS/broker/uptime");
      }
      ann.silent();
    }
  }

  @Test
  void nobody_publishes_there() throws Exception {
    try (TestNode node = node("1h", "allow all #", "allow all $SYS/#");
        SessionClient ann = withToken(node, "ann", "acme", "operator")) {
      ann.send(publish5(1, "$SYS/broker/version", 1, props(), "mine"));
      assertThat(ann.next()).startsWith("40 ").contains(" 00 01 87 ");
    }
  }

  @Test
  void it_is_for_operators_of_whatever_tenant_and_no_rule_for_all_topics_opens_it()
      throws Exception {
    try (TestNode node = node("1h", "allow all #");
        SessionClient ann = withToken(node, "ann", "acme");
        SessionClient bob = withToken(node, "bob", "acme", "operator");
        SessionClient eve = withToken(node, "eve", "other", "operator")) {
      assertThat(suback(ann, "$SYS/#")).isEqualTo(0x80);
      assertThat(suback(ann, "$SYS/broker/uptime")).isEqualTo(0x80);
      ann.silent();
      for (SessionClient operator : List.of(bob, eve)) {
        assertThat(suback(operator, "$SYS/broker/clients/connected")).isZero();
        assertThat(operator.published().payload()).isEqualTo("3");
      }
    }
  }

  @Test
  void rules_go_before_that_and_are_kept_message_by_message() throws Exception {
    try (TestNode node =
            node("1h", "deny subscribe $SYS/broker/bytes/#", "allow subscribe $SYS/broker/#");
        SessionClient ann = withToken(node, "ann", "acme");
        SessionClient bob = withToken(node, "bob", "acme", "operator")) {
      assertThat(suback(ann, "$SYS/#")).isEqualTo(0x80);
      for (SessionClient client : List.of(ann, bob)) {
        assertThat(suback(client, "$SYS/broker/bytes/sent")).isEqualTo(0x80);
        assertThat(suback(client, "$SYS/broker/#")).isZero();
        assertThat(told(client, LAST))
            .containsKey("$SYS/broker/messages/sent")
            .doesNotContainKey("$SYS/broker/bytes/sent");
      }
    }
  }

  @Test
  void each_node_is_told_of_by_its_name() throws Exception {
    try (TestNode node = node("1h");
        SessionClient ann = client(node, "ann")) {
      ann.subscribe("$SYS/brokers", 0);
      String name = ann.published().payload();
      assertThat(name).matches("viesti@127\\.0\\.0\\.1:[0-9]+");
      ann.subscribe("$SYS/brokers/+/#", 0);
      String own = "$SYS/brokers/" + name + "/";
      assertThat(told(ann, own + "metrics/messages/dropped"))
          .containsEntry(own + "stats/connections/count", "1")
          .containsEntry(own + "stats/subscriptions/count", "2")
          .containsKeys(
              own + "version",
              own + "uptime",
              own + "stats/retained/count",
              own + "metrics/packets/received",
              own + "metrics/messages/dropped");
    }
  }

  /** Counted by hand, byte by byte. */
  @Test
  void the_counts_are_those_of_what_went_over_the_socket() throws Exception {
    try (TestNode node = node("1h");
        SessionClient ann = client(node, "ann")) {
      ann.subscribe("t", 1);
      Map<String, String> before = count(ann);
      ann.send(publish5(0, "t", 0, props(), "four"));
      ann.published();
      Map<String, String> after = count(ann);
      int subscribe = packet(0x82, u16(99), 0, "$SYS/broker/#", 0).length;
      int unsubscribe = packet(0xA2, u16(98), 0, "$SYS/broker/#").length;
      int publish = publish5(0, "t", 0, props(), "four").length;
      assertThat(more(before, after, "messages/received")).isEqualTo(3);
      assertThat(more(before, after, "bytes/received"))
          .isEqualTo(subscribe + unsubscribe + publish);
      assertThat(more(before, after, "publish/messages/received")).isEqualTo(1);
      assertThat(more(before, after, "publish/bytes/received")).isEqualTo(4);
      int told = before.size();
      assertThat(more(before, after, "publish/messages/sent")).isEqualTo(told + 1);
      // and UNSUBACK, SUBACK
      assertThat(more(before, after, "messages/sent")).isEqualTo(told + 3);
    }
  }

  private static long more(Map<String, String> before, Map<String, String> after, String name) {
    String topic = "$SYS/broker/" + name;
    return Long.parseLong(after.get(topic)) - Long.parseLong(before.get(topic));
  }

  private static Map<String, String> count(SessionClient client) throws IOException {
    client.subscribe("$SYS/broker/#", 0);
    Map<String, String> told = told(client, LAST);
    client.unsubscribe("$SYS/broker/#");
    return told;
  }

  @Test
  void what_is_dropped_is_counted_and_what_is_retained() throws Exception {
    try (TestNode node = node("1h");
        SessionClient ann = client(node, "ann");
        MqttClient small = new MqttClient(node.mqttPort())) {
      small.send(MqttBytes.connect5(CLEAN, 0, props(0x27, MqttBytes.u32(20)), "small")).packet();
      small.send(packet(0x82, u16(1), props(), "t", 0)).packet();
      long before = Long.parseLong(count(ann).get("$SYS/broker/publish/messages/dropped"));
      ann.send(packet(0x33, "t", u16(1), props(), MqttBytes.raw("x".repeat(100))));
      assertThat(ann.next()).startsWith("40 ");
      Await.until(
          PATIENCE,
          () -> "not dropped",
          () -> {
            try {
              Map<String, String> now = count(ann);
              return ("" + (before + 1)).equals(now.get("$SYS/broker/publish/messages/dropped"))
                  && "1".equals(now.get("$SYS/broker/retained messages/count"));
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  @Test
  void one_of_a_shared_group_is_told() throws Exception {
    try (TestNode node = node("50ms");
        SessionClient ann = client(node, "ann");
        SessionClient bob = client(node, "bob")) {
      subscribe(ann, "$share/g/$SYS/broker/uptime", 0);
      subscribe(bob, "$share/g/$SYS/broker/uptime", 0);
      for (SessionClient each : List.of(ann, bob, ann, bob)) {
        assertThat(each.published().topic()).isEqualTo("$SYS/broker/uptime");
      }
    }
  }

  @Test
  void a_session_that_is_away_misses_it() throws Exception {
    try (TestNode node = node("50ms")) {
      try (SessionClient ann = SessionClient.resume(node.mqttPort(), "ann", 1000)) {
        subscribe(ann, "$SYS/broker/uptime", 1);
        assertThat(ann.published().qos()).isZero();
        ann.send(packet(0xE0));
        try {
          while (ann.next() != null) {
            // what was on its way
          }
        } catch (IOException closed) {
          assertThat(closed).isNotInstanceOf(SocketTimeoutException.class);
        }
      }
      try (SessionClient bob = client(node, "bob")) {
        subscribe(bob, "$SYS/broker/uptime", 0);
        for (int i = 0; i < 3; i++) {
          bob.published();
        }
      }
      try (SessionClient ann = SessionClient.resume(node.mqttPort(), "ann", 1000)) {
        assertThat(ann.sessionPresent).isTrue();
        SessionClient.Published live = ann.published();
        assertThat(live.again()).isFalse();
        assertThat(live.qos()).isZero();
      }
    }
  }

  @Test
  void Prometheus_reads_the_same() throws Exception {
    int port;
    try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (TestNode node =
            TestNode.start(
                folder,
                "mqtt.anonymous",
                true,
                "management.port",
                port,
                "topics.acl",
                List.of("allow all $SYS/#"));
        SessionClient ann = client(node, "ann")) {
      ann.subscribe("$SYS/broker/messages/received", 0);
      assertThat(ann.published().payload()).isEqualTo("2");
      String metrics =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(metrics)
          .contains("viesti_mqtt_packets_total{direction=\"received\"} 2.0")
          .contains("viesti_mqtt_connected 1.0");
    }
  }
}
