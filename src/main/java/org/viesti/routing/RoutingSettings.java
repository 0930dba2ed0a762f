package org.viesti.routing;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.viesti.protocol.Refused;
import org.viesti.protocol.TopicFilter;
import org.viesti.settings.SectionSettings;

/**
 * The settings of {@code viesti.routing}, and of {@code viesti.topics} and {@code viesti.stream}
 * what concerns where messages go; reference.conf says what each means.
 */
public record RoutingSettings(
    int tailMessages,
    long tailBytes,
    Duration compareEvery,
    SharedStrategies shared,
    Retention retention) {
  public static RoutingSettings from(Config root) {
    SectionSettings routing = SectionSettings.of(root, "routing");
    return new RoutingSettings(
        routing.number("tail-messages", 0, 1_000_000),
        routing.bytes("tail-bytes", 0, 64L << 30),
        routing.time("compare-every", Duration.ofMillis(1), Duration.ofHours(1)),
        shared(SectionSettings.of(root, "topics")),
        retention(SectionSettings.of(root, "stream")));
  }

  private static SharedStrategies shared(SectionSettings topics) {
    List<SharedStrategies.Rule> rules = new ArrayList<>();
    for (String text : topics.texts("shared")) {
      String[] words = text.strip().split(" +");
      SharedStrategy strategy = SharedStrategy.of(words[0]);
      if (strategy == null || words.length != 2) {
        throw topics.wrong(
            "shared",
            "\"%s\" is not \"strategy group\" with a strategy of %s"
                .formatted(text, SharedStrategy.labels()));
      }
      rules.add(new SharedStrategies.Rule(strategy, words[1]));
    }
    return new SharedStrategies(rules);
  }

  private static Retention retention(SectionSettings stream) {
    List<Retention.Rule> rules = new ArrayList<>();
    for (String text : stream.texts("retention")) {
      String[] words = text.strip().split(" +", 4);
      if (words.length < 4) {
        throw stream.wrong("retention", "\"" + text + "\" is not \"name time bytes filter\"");
      }
      try {
        Config values =
            ConfigFactory.empty()
                .withValue("time", ConfigValueFactory.fromAnyRef(words[1]))
                .withValue("bytes", ConfigValueFactory.fromAnyRef(words[2]));
        rules.add(
            new Retention.Rule(
                words[0],
                values.getDuration("time"),
                values.getBytes("bytes"),
                TopicFilter.parse(words[3])));
      } catch (IllegalArgumentException | ConfigException | Refused e) {
        throw stream.wrong("retention", "\"" + text + "\": " + e.getMessage());
      }
    }
    if (rules.stream().map(Retention.Rule::name).distinct().count() < rules.size()) {
      throw stream.wrong("retention", "must have no two rules of one name");
    }
    return new Retention(rules);
  }
}
