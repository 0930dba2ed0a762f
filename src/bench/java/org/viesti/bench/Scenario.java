package org.viesti.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * One situation, on a fresh node and a fresh database.
 *
 * @param key what {@code bench.scenarios} calls it
 * @param loads what is done to it, one after the other; none: connections are only held
 */
record Scenario(String key, String title, Topology topology, List<Load> loads) {

  static List<Scenario> all(BenchSettings settings) {
    return Stream.of(
            fanout(settings), rooms(settings), hot(settings), idle(settings), slow(settings))
        .filter(scenario -> settings.scenarios().contains(scenario.key))
        .toList();
  }

  private static Scenario fanout(BenchSettings settings) {
    return new Scenario(
        "a",
        "1 room x 200 devices",
        new Topology(1, 200, 200),
        loads(settings.fanoutRates(), 20, settings));
  }

  private static Scenario rooms(BenchSettings settings) {
    return new Scenario(
        "b",
        "1,000 rooms x 10 members, 1,000 devices",
        new Topology(1000, 10, 1000),
        loads(settings.roomsRates(), 10, settings));
  }

  private static Scenario hot(BenchSettings settings) {
    return new Scenario(
        "c",
        "1 hot room, 50 senders, 50 more receivers",
        new Topology(1, 100, 100),
        loads(List.of(0), 50, settings));
  }

  private static Scenario idle(BenchSettings settings) {
    int users = settings.idle();
    return new Scenario(
        "d",
        users + " idle connections",
        new Topology(Math.max(1, users / 10), Math.min(10, users), users),
        List.of());
  }

  private static Scenario slow(BenchSettings settings) {
    Load even = new Load(settings.slowRate(), 0, 20, Load.Receivers.ALL, 0, settings.seconds());
    Load stalled =
        new Load(settings.slowRate(), 0, 20, Load.Receivers.ONE_STALLED, 0, settings.seconds());
    return new Scenario(
        "e",
        "1 room x 200 devices, a slow reader",
        new Topology(1, 200, 200),
        List.of(even, stalled));
  }

  private static List<Load> loads(List<Integer> rates, int senders, BenchSettings settings) {
    return rates.stream()
        .map(
            rate ->
                new Load(
                    rate, settings.window(), senders, Load.Receivers.ALL, 0, settings.seconds()))
        .toList();
  }
}
