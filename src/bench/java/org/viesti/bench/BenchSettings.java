package org.viesti.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What the benchmark is told; the profile {@code bench} in pom.xml gives every setting its meaning
 * and default.
 *
 * @param classpath of the generator: this process's own
 */
record BenchSettings(
    List<String> databases,
    List<String> scenarios,
    int warmup,
    int seconds,
    int runs,
    int idle,
    List<Integer> fanoutRates,
    List<Integer> roomsRates,
    int window,
    int slowRate,
    int ackEvery,
    int ackMillis,
    int textBytes,
    List<Peer> peers,
    int mqttRate,
    int awayRate,
    int mqttIdle,
    String mosquitto,
    Path hiveMq,
    boolean jfr,
    Path jar,
    Path logback,
    Path directory,
    List<String> nodeFlags,
    String classpath) {

  static BenchSettings read() {
    return new BenchSettings(
        words("bench.databases", ","),
        words("bench.scenarios", ","),
        Integer.getInteger("bench.warmup", 10),
        Integer.getInteger("bench.seconds", 10),
        Integer.getInteger("bench.runs", 3),
        Integer.getInteger("bench.idle", 5000),
        numbers("bench.fanout.rates"),
        numbers("bench.rooms.rates"),
        Integer.getInteger("bench.window", 16),
        Integer.getInteger("bench.slow.rate", 100),
        Integer.getInteger("bench.ack.every", 64),
        Integer.getInteger("bench.ack.millis", 200),
        Integer.getInteger("bench.text.bytes", 100),
        words("bench.mqtt.peers", ",").stream().map(Peer::named).toList(),
        Integer.getInteger("bench.mqtt.rate", 10_000),
        Integer.getInteger("bench.mqtt.away.rate", 2_000),
        Integer.getInteger("bench.mqtt.idle", 10_000),
        text("bench.mosquitto"),
        Path.of(text("bench.hivemq")),
        Boolean.getBoolean("bench.jfr"),
        Path.of(text("bench.jar")),
        Path.of(text("bench.logback")),
        Path.of(text("bench.directory")),
        words("bench.node.flags", " +"),
        text("java.class.path"));
  }

  /** The command that starts a JVM like this one. */
  static String java() {
    return Path.of(text("java.home"), "bin", "java").toString();
  }

  private static List<Integer> numbers(String key) {
    return words(key, ",").stream().map(Integer::valueOf).toList();
  }

  private static List<String> words(String key, String separator) {
    return Arrays.stream(text(key).trim().split(separator)).filter(w -> !w.isEmpty()).toList();
  }

  private static String text(String key) {
    String value = System.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "setting " + key + " is missing; run by mvn -Pbench verify");
    }
    return value;
  }
}
