package org.viesti.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.TestDatabase;
import org.viesti.testkit.Tokens;

/**
 * Node processes on loopback over one database. Closing it kills them all.
 *
 * <pre>{@code
 * try (TestCluster cluster = TestCluster.start("takeover", Kind.POSTGRESQL, 2)) {
 *   cluster.node(1).kill();
 * }
 * }</pre>
 */
final class TestCluster implements AutoCloseable {
  private static final Duration JOINED = Duration.ofSeconds(60);

  private final List<NodeProcess> nodes = new ArrayList<>();

  private TestCluster() {}

  /** Starts nodes over a fresh database, and returns when each is ready and sees all others up. */
  static TestCluster start(String name, TestDatabase.Kind kind, int size) {
    return start(name, kind, size, Map.of());
  }

  /**
   * The same with other settings.
   *
   * @param other by their full names
   */
  static TestCluster start(
      String name, TestDatabase.Kind kind, int size, Map<String, String> other) {
    Path folder = folder(name + "-" + kind.name().toLowerCase(Locale.ROOT));
    TestDatabase database = TestDatabase.of(folder, kind);
    List<Integer> clusterPorts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      clusterPorts.add(Ports.next());
    }
    TestCluster cluster = new TestCluster();
    try {
      for (int port : clusterPorts) {
        String node = "node" + cluster.nodes.size();
        Map<String, String> settings = settings(database, port, clusterPorts);
        settings.putAll(other);
        cluster.nodes.add(new NodeProcess(node, folder, settings).start());
      }
      cluster.awaitWhole();
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private static Map<String, String> settings(
      TestDatabase database, int clusterPort, List<Integer> seeds) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("viesti.topics.acl.0", "allow all #");
    settings.put("viesti.http.port", String.valueOf(Ports.next()));
    settings.put("viesti.live.port", String.valueOf(Ports.next()));
    settings.put("viesti.mqtt.port", String.valueOf(Ports.next()));
    settings.put("viesti.management.port", String.valueOf(Ports.next()));
    settings.put("viesti.cluster.host", "127.0.0.1");
    settings.put("viesti.cluster.port", String.valueOf(clusterPort));
    for (int i = 0; i < seeds.size(); i++) {
      settings.put("viesti.cluster.seed-nodes." + i, "pekko://viesti@127.0.0.1:" + seeds.get(i));
    }
    settings.put("viesti.database.url", database.url());
    settings.put("viesti.database.user", database.user());
    settings.put("viesti.auth.secret", Tokens.SECRET);
    settings.put("viesti.gateway.key", Tokens.GATEWAY_KEY);
    return settings;
  }

  /** Empty, below target: logs stay after the test. */
  private static Path folder(String name) {
    Path folder = Path.of("target", "cluster", name);
    try {
      if (Files.exists(folder)) {
        try (var old = Files.walk(folder)) {
          for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns when every node is ready and sees all of them up. */
  void awaitWhole() {
    nodes.forEach(NodeProcess::awaitReady);
    nodes.forEach(node -> awaitMembers(node, nodes.size()));
  }

  /** Returns when a node sees so many members up, and no others. */
  void awaitMembers(NodeProcess node, int up) {
    Calls management = new Calls(node.management(), "");
    Await.until(
        JOINED,
        () -> node + " does not see " + up + " members up" + node.tail(),
        () -> {
          var members = management.get("/cluster/members").expect(200).body().required("members");
          return members.size() == up
              && members.valueStream().allMatch(m -> m.path("status").asText().equals("Up"));
        });
  }

  NodeProcess node(int number) {
    return nodes.get(number);
  }

  int size() {
    return nodes.size();
  }

  /** The live doors of all nodes. */
  List<URI> live() {
    return nodes.stream().map(NodeProcess::live).toList();
  }

  /** REST on one node, as a user. */
  Calls calls(int number, String user) {
    return new Calls(node(number).calls(), Tokens.of(user, "calls"));
  }

  /** The logs of all nodes, for a failure that no single node explains. */
  String tails() {
    StringBuilder all = new StringBuilder();
    nodes.forEach(node -> all.append(node.tail()));
    return all.toString();
  }

  @Override
  public void close() {
    nodes.forEach(NodeProcess::discard);
  }
}
