package org.viesti.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * One situation that every broker is put in, each with a fresh database.
 *
 * @param key what {@code bench.scenarios} calls it
 * @param durable subscribers have sessions that outlive their connections
 * @param flood beside it, others publish without end to clients that do not read
 * @param loads what is done to it, one after the other; none: connections are only held
 */
record MqttScenario(
    String key,
    String title,
    int publishers,
    int subscribers,
    boolean durable,
    boolean flood,
    List<Load> loads) {

  static List<MqttScenario> all(BenchSettings settings) {
    return Stream.of(
            saturated(settings),
            steady(settings),
            fanout(settings),
            durable(settings),
            idle(settings),
            flooded(settings))
        .filter(scenario -> settings.scenarios().contains(scenario.key))
        .toList();
  }

  MqttPlan plan(BenchSettings settings, int port) {
    return new MqttPlan(port, publishers, subscribers, durable, settings.textBytes());
  }

  private static MqttScenario saturated(BenchSettings settings) {
    return new MqttScenario(
        "m1",
        "10 publishers, a subscriber to each, saturated",
        10,
        10,
        false,
        false,
        Stream.of(settings.window(), 1).distinct().map(w -> closed(w, settings)).toList());
  }

  private static MqttScenario steady(BenchSettings settings) {
    return new MqttScenario(
        "m2",
        "100 publishers, a subscriber to each",
        100,
        100,
        false,
        false,
        List.of(open(settings.mqttRate(), Load.Receivers.ALL, settings)));
  }

  private static MqttScenario fanout(BenchSettings settings) {
    int subscribers = 200;
    int rate = Math.max(1, settings.mqttRate() / subscribers);
    return new MqttScenario(
        "m3",
        "1 publisher, 200 subscribers to it",
        1,
        subscribers,
        false,
        false,
        List.of(open(rate, Load.Receivers.ALL, settings)));
  }

  private static MqttScenario durable(BenchSettings settings) {
    return new MqttScenario(
        "m4",
        "10 publishers, a subscriber to each, whose session outlives its connection",
        10,
        10,
        true,
        false,
        List.of(
            closed(settings.window(), settings),
            open(settings.awayRate(), Load.Receivers.AWAY, settings)));
  }

  private static MqttScenario idle(BenchSettings settings) {
    return new MqttScenario(
        "m5",
        String.format("%,d idle connections, each with a subscription", settings.mqttIdle()),
        0,
        settings.mqttIdle(),
        false,
        false,
        List.of());
  }

  private static MqttScenario flooded(BenchSettings settings) {
    return new MqttScenario(
        "m6",
        "10 publishers, a subscriber to each, beside 10 that flood subscribers who do not read",
        10,
        10,
        false,
        true,
        List.of(open(settings.mqttRate() / 10, Load.Receivers.ALL, settings)));
  }

  private static Load open(int rate, Load.Receivers receivers, BenchSettings settings) {
    return new Load(rate, 0, 0, receivers, 0, settings.seconds());
  }

  private static Load closed(int window, BenchSettings settings) {
    return new Load(0, window, 0, Load.Receivers.ALL, 0, settings.seconds());
  }
}
