package org.viesti.routing;

import java.util.List;

/** Which groups of shared subscriptions have which strategy; the first rule that fits decides. */
public record SharedStrategies(List<Rule> rules) {
  private static final String ANY = "*";

  /** For the group of that name; {@code *}: for each. */
  public record Rule(SharedStrategy strategy, String group) {}

  SharedStrategy of(String group) {
    for (Rule rule : rules) {
      if (rule.group().equals(ANY) || rule.group().equals(group)) {
        return rule.strategy();
      }
    }
    return SharedStrategy.ROUND_ROBIN;
  }
}
