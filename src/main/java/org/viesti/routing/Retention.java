package org.viesti.routing;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.TopicFilter;

/**
 * Which topics are journaled though nobody waits for them, and for how long. The first rule that
 * fits a topic decides; each rule's topics are in logs of their own.
 */
public record Retention(List<Rule> rules) {

  /**
   * One rule.
   *
   * @param name what its logs are called
   * @param keep zero: for ever
   * @param bytes of messages in each of its logs, about; 0: as many as there are
   */
  public record Rule(String name, Duration keep, long bytes, TopicFilter filter) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** Throws IllegalArgumentException. */
    public Rule {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("a name must be " + NAME);
      }
      if (keep.isNegative()) {
        throw new IllegalArgumentException("the time must not be below zero");
      }
      if (filter.share() != null) {
        throw new IllegalArgumentException("the filter must not be shared");
      }
    }
  }

  /** Of a topic; null: it has none. */
  public @Nullable Rule of(String topic) {
    for (Rule rule : rules) {
      if (rule.filter().matches(topic)) {
        return rule;
      }
    }
    return null;
  }

  /** By its name; null: there is none. */
  public @Nullable Rule named(@Nullable String name) {
    for (Rule rule : rules) {
      if (rule.name().equals(name)) {
        return rule;
      }
    }
    return null;
  }
}
