package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other brokers, with windows and queues as long as the node's. */
enum Peer {
  MOSQUITTO("Mosquitto") {
    @Override
    PeerProcess start(BenchSettings settings, Path directory, boolean durable) throws IOException {
      int port = PeerProcess.freePort();
      List<String> lines = new ArrayList<>();
      lines.add("listener " + port + " 127.0.0.1");
      lines.add("user " + System.getProperty("user.name"));
      lines.add("allow_anonymous true");
      lines.add("set_tcp_nodelay true");
      lines.add("max_inflight_messages " + RECEIVE_MAXIMUM);
      lines.add("max_queued_messages " + NodeProcess.MAX_QUEUED);
      lines.add("log_type error");
      lines.add("sys_interval 0");
      lines.add("connection_messages false");
      if (durable) {
        lines.add("persistence true");
        lines.add("persistence_location " + directory + "/");
        lines.add("autosave_interval 1");
      }
      Path file = Files.write(directory.resolve("mosquitto.conf"), lines);
      List<String> command = List.of(settings.mosquitto(), "-c", file.toString());
      return PeerProcess.start(command, directory, port, false);
    }
  },

  HIVEMQ_MEMORY("HiveMQ CE, in memory") {
    @Override
    PeerProcess start(BenchSettings settings, Path directory, boolean durable) throws IOException {
      return hiveMq(settings, directory, "in-memory");
    }
  },

  HIVEMQ_FILE("HiveMQ CE, in files") {
    @Override
    PeerProcess start(BenchSettings settings, Path directory, boolean durable) throws IOException {
      return hiveMq(settings, directory, "file");
    }
  };

  /** The node's {@code viesti.mqtt.receive-maximum}. */
  private static final int RECEIVE_MAXIMUM = 256;

  final String title;

  Peer(String title) {
    this.title = title;
  }

  /**
   * Starts one that has nothing yet.
   *
   * @param directory new and empty, for whatever it writes
   * @param durable as safe as it can be: Mosquitto, which never writes before it acknowledges, then
   *     saves once a second
   */
  abstract PeerProcess start(BenchSettings settings, Path directory, boolean durable)
      throws IOException;

  static Peer named(String name) {
    return switch (name) {
      case "mosquitto" -> MOSQUITTO;
      case "hivemq-memory" -> HIVEMQ_MEMORY;
      case "hivemq-file" -> HIVEMQ_FILE;
      default -> throw new IllegalArgumentException("bench.mqtt.peers: " + name);
    };
  }

  private static PeerProcess hiveMq(BenchSettings settings, Path directory, String persistence)
      throws IOException {
    int port = PeerProcess.freePort();
    Files.writeString(
        directory.resolve("config.xml"),
        """
        <hivemq>
          <listeners>
            <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
          </listeners>
          <mqtt>
            <queued-messages><max-queue-size>%d</max-queue-size></queued-messages>
            <receive-maximum><server-receive-maximum>%d</server-receive-maximum></receive-maximum>
          </mqtt>
          <persistence><mode>%s</mode></persistence>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
            .formatted(port, NodeProcess.MAX_QUEUED, RECEIVE_MAXIMUM, persistence));
    List<String> command = new ArrayList<>();
    command.add(BenchSettings.java());
    command.addAll(settings.nodeFlags());
    command.add("-Dlogback.configurationFile=" + settings.logback());
    command.add("-classpath");
    command.add(settings.hiveMq().resolve("lib") + "/*");
    command.add(settings.hiveMq().resolve("HiveMq.java").toString());
    command.add(directory.toString());
    return PeerProcess.start(command, directory, port, true);
  }
}
