package org.viesti.routing;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import org.viesti.settings.SectionSettings;

/** Which groups of shared subscriptions have which strategy: {@code viesti.topics.shared}. */
public record SharedStrategies(List<Rule> rules) {
  private static final String ANY = "*";

  /** For the group of that name; {@code *}: for each. */
  public record Rule(SharedStrategy strategy, String group) {}

  public static SharedStrategies from(Config root) {
    SectionSettings topics = SectionSettings.of(root, "topics");
    List<Rule> rules = new ArrayList<>();
    for (String text : topics.texts("shared")) {
      String[] words = text.strip().split(" +");
      SharedStrategy strategy = SharedStrategy.of(words[0]);
      if (strategy == null || words.length != 2) {
        throw topics.wrong(
            "shared",
            "\""
                + text
                + "\" is not \"strategy group\" with a strategy of "
                + SharedStrategy.labels());
      }
      rules.add(new Rule(strategy, words[1]));
    }
    return new SharedStrategies(rules);
  }

  SharedStrategy of(String group) {
    for (Rule rule : rules) {
      if (rule.group().equals(ANY) || rule.group().equals(group)) {
        return rule.strategy();
      }
    }
    return SharedStrategy.ROUND_ROBIN;
  }
}
