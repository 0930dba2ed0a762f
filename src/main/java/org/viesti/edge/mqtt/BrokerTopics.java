package org.viesti.edge.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;
import org.viesti.routing.Exchange;
import org.viesti.routing.Retained;
import org.viesti.routing.SystemTopics;

/**
 * What a node tells of itself under {@code $SYS}, by the names that others' users know: as
 * Mosquitto under {@code $SYS/broker}, where each client hears of the node that it is connected to;
 * as EMQX under {@code $SYS/brokers/{node}}, of each node.
 */
public final class BrokerTopics {
  private static final String BROKER = "$SYS/broker/";
  private static final String BROKERS = "$SYS/brokers";

  /** Its own, such as {@code viesti@10.0.0.1:7355}. */
  private final String node;

  private final long start = System.nanoTime();
  private final List<SystemTopics.Reading> readings = new ArrayList<>();
  private final List<Load> loads = new ArrayList<>();
  private long lastTick = start;

  private BrokerTopics(Cluster cluster, MqttTraffic traffic, Exchange exchange, Retained retained) {
    this.node = cluster.selfMember().address().hostPort();
    readings.add(reading(BROKERS, false, () -> nodes(cluster)));
    both("version", "version", BrokerTopics::version);
    both("uptime", "uptime", this::uptime);
    count("clients/connected", "stats/connections/count", traffic.connected::sum);
    count("subscriptions/count", "stats/subscriptions/count", exchange::subscriptions);
    later("retained messages/count", "stats/retained/count", retained::count);
    way("received", traffic.received);
    way("sent", traffic.sent);
    count("publish/messages/dropped", "metrics/messages/dropped", BrokerTopics::dropped);
    load("publish/dropped", BrokerTopics::dropped);
  }

  /**
   * Begins to tell.
   *
   * @param interval how often; zero: there are no such topics
   */
  public static void start(
      ActorSystem<?> actors,
      Duration interval,
      MqttTraffic traffic,
      Exchange exchange,
      Retained retained,
      SystemTopics system) {
    if (interval.isZero()) {
      return;
    }
    BrokerTopics topics = new BrokerTopics(Cluster.get(actors), traffic, exchange, retained);
    system.are(topics.readings);
    actors
        .scheduler()
        .scheduleWithFixedDelay(
            interval,
            interval,
            () -> {
              topics.tick();
              system.tell();
            },
            actors.executionContext());
  }

  private void way(String way, MqttTraffic.Way counts) {
    count("messages/" + way, "metrics/packets/" + way, counts.packets::sum);
    count("bytes/" + way, "metrics/bytes/" + way, counts.bytes::sum);
    count("publish/messages/" + way, "metrics/messages/" + way, counts.publishes::sum);
    count("publish/bytes/" + way, null, counts.payloadBytes::sum);
    load("messages/" + way, counts.packets::sum);
    load("bytes/" + way, counts.bytes::sum);
    load("publish/" + way, counts.publishes::sum);
  }

  private void load(String name, LongSupplier total) {
    Load load = new Load(total);
    loads.add(load);
    for (int i = 0; i < Load.MINUTES.length; i++) {
      int which = i;
      both(
          "load/" + name + "/" + Load.MINUTES[i] + "min",
          null,
          () -> String.format(Locale.ROOT, "%.2f", load.average(which)));
    }
  }

  private void count(String name, @Nullable String ofNode, LongSupplier value) {
    both(name, ofNode, () -> Long.toString(value.getAsLong()));
  }

  private void both(String name, @Nullable String ofNode, Supplier<String> value) {
    readings.add(reading(BROKER + name, false, value));
    if (ofNode != null) {
      readings.add(reading(BROKERS + "/" + node + "/" + ofNode, true, value));
    }
  }

  private void later(String name, String ofNode, Supplier<CompletionStage<Long>> value) {
    Supplier<CompletionStage<String>> text = () -> value.get().thenApply(String::valueOf);
    readings.add(new SystemTopics.Reading(BROKER + name, false, text));
    readings.add(new SystemTopics.Reading(BROKERS + "/" + node + "/" + ofNode, true, text));
  }

  private static SystemTopics.Reading reading(
      String topic, boolean everywhere, Supplier<String> value) {
    return new SystemTopics.Reading(
        topic, everywhere, () -> CompletableFuture.completedFuture(value.get()));
  }

  private static String version() {
    String version = BrokerTopics.class.getPackage().getImplementationVersion();
    return "viesti " + (version == null ? "development" : version); // null where there is no jar
  }

  private static String nodes(Cluster cluster) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.status() == MemberStatus.up())
        .map(member -> member.address().hostPort())
        .sorted()
        .collect(Collectors.joining(","));
  }

  private String uptime() {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds() + " seconds";
  }

  /** Publications that a client was there for and did not get. */
  private static long dropped() {
    Stream<Counter> queues =
        Metrics.globalRegistry.find("viesti.deliver.dropped").counters().stream()
            .filter(counter -> !"ephemeral-overflow".equals(counter.getId().getTag("reason")));
    Stream<Counter> large =
        Metrics.globalRegistry.find("viesti.deliver.too-large").counters().stream();
    return (long) Stream.concat(queues, large).mapToDouble(Counter::count).sum();
  }

  private void tick() {
    long now = System.nanoTime();
    double seconds = (now - lastTick) / 1e9;
    lastTick = now;
    loads.forEach(load -> load.passed(seconds));
  }
}
