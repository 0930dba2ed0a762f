package org.viesti.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Debian's {@code mosquitto-clients}. */
public final class Mosquitto {
  private Mosquitto() {}

  /** How {@code mosquitto_pub} ended: 0 if it was taken; of MQTT 3.1.1 else the CONNACK's code. */
  public record Ended(int code, String said) {}

  /** Publishes, and returns once it has ended. */
  public static Ended pub(int port, String... what) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("mosquitto_pub", "-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of(what));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), said);
  }
}
