package org.viesti.security;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.protocol.Refused;
import org.viesti.protocol.TopicFilter;
import org.viesti.settings.SectionSettings;

/**
 * Who may publish and subscribe where: rules in order, of which the first that fits decides; where
 * none fits, nobody may.
 *
 * <p>A rule is {@code allow|deny publish|subscribe|all filter}; in its filter <code>${clientid}
 * </code> and <code>${username}</code> stand for the client's own, <code>${cn}</code> for its
 * certificate's common name. A subscription is judged whole: by the first rule whose filter covers
 * it. What it then matches is judged again, message by message, so that a narrower deny holds under
 * a wider allow.
 */
public final class TopicAcl {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAcl.class);

  private enum Verb {
    PUBLISH,
    SUBSCRIBE,
    ALL
  }

  private record Rule(boolean allow, Verb verb, String filter) {
    boolean isFor(Verb asked) {
      return verb == Verb.ALL || verb == asked;
    }
  }

  private static final Rule EVERYTHING = new Rule(true, Verb.ALL, "#");

  private static final String COMMON_NAME = "${cn}";
  private static final String OWN = "${";

  private final List<Rule> rules;

  /** For clients with a secret of their device's. */
  private final List<Rule> bySecret;

  /** For clients with certificates. */
  private final List<Rule> certified;

  /** Where no rule is about the client's own; null: some are. */
  private final @Nullable Rights everybodys;

  private TopicAcl(List<Rule> rules, List<Rule> bySecret, List<Rule> certified) {
    this.rules = rules;
    this.bySecret = bySecret;
    this.certified = certified;
    boolean same =
        certified == rules
            && bySecret == rules
            && rules.stream().noneMatch(rule -> rule.filter().contains(OWN));
    this.everybodys =
        same
            ? new Rights(
                rules.stream()
                    .map(rule -> new Filled(rule, TopicFilter.parse(rule.filter())))
                    .toList())
            : null;
  }

  private static final List<String> DEVELOPMENT = List.of("allow all #", "allow subscribe $SYS/#");

  /** Their last: what the server tells of itself is for them, unless a rule says otherwise. */
  private static final List<Rule> OF_OPERATORS = rules(List.of("allow subscribe $SYS/#"));

  private static final List<String> OWN_TREE = List.of("allow all devices/${clientid}/#");
  private static final List<String> WITH_ROOMS =
      List.of("allow all devices/${clientid}/#", "allow all rooms/#");
  private static final List<String> CERTIFIED_TREE = List.of("allow all devices/${cn}/#");

  /** By {@code viesti.topics.acl}. Throws with a sentence for operators. */
  public static TopicAcl from(Config root) {
    SectionSettings topics = SectionSettings.of(root, "topics");
    List<String> rules = topics.texts("acl");
    if (!rules.isEmpty()) {
      try {
        return parse(rules);
      } catch (IllegalArgumentException e) {
        throw topics.wrong("acl", String.valueOf(e.getMessage()));
      }
    }
    if (SecuritySettings.of(root).usesDevelopmentKey()) {
      LOG.warn(
          "every client may publish and subscribe everywhere in its tenant's tree; set viesti.topics.acl");
      return parse(DEVELOPMENT);
    }
    return ownTree();
  }

  /**
   * To each device its own: what it was called by whoever vouches for it. A token speaks for its
   * user, who has these rooms by any other door; a lamp's secret is no key to them.
   */
  static TopicAcl ownTree() {
    return new TopicAcl(rules(WITH_ROOMS), rules(OWN_TREE), rules(CERTIFIED_TREE));
  }

  /**
   * Reads rules.
   *
   * @throws IllegalArgumentException with a sentence that names the rule that is none
   */
  public static TopicAcl parse(List<String> texts) {
    List<Rule> rules = rules(texts);
    return new TopicAcl(rules, rules, rules);
  }

  private static List<Rule> rules(List<String> texts) {
    List<Rule> rules = new ArrayList<>();
    for (String text : texts) {
      String[] words = text.trim().split("\\s+", 3);
      try {
        if (words.length < 3 || !(words[0].equals("allow") || words[0].equals("deny"))) {
          throw new IllegalArgumentException();
        }
        TopicFilter.parse(words[2]);
        rules.add(
            new Rule(
                words[0].equals("allow"),
                Verb.valueOf(words[1].toUpperCase(Locale.ROOT)),
                words[2]));
      } catch (IllegalArgumentException | Refused e) {
        throw new IllegalArgumentException(
            "\""
                + text
                + "\" is no rule: write allow or deny, publish, subscribe or all, and a topic filter",
            e);
      }
    }
    return rules;
  }

  /** One client's rights; a part of the node has them all. */
  public Rights of(Principal principal) {
    if (principal.proof().ofTheNode()) {
      return new Rights(List.of(new Filled(EVERYTHING, TopicFilter.parse(EVERYTHING.filter()))));
    }
    if (everybodys != null && !principal.isOperator()) {
      return everybodys;
    }
    String commonName = principal.proof().commonName();
    List<Filled> filled = new ArrayList<>();
    List<Rule> all = principal.isBySecret() ? bySecret : rules;
    for (Rule rule : commonName == null ? all : certified) {
      String filter =
          rule.filter()
              .replace("${clientid}", principal.device())
              .replace("${username}", principal.user().id());
      if (filter.contains(COMMON_NAME)) {
        if (commonName == null || !isLevel(commonName)) {
          continue;
        }
        // Last: of the three it alone could name another.
        filter = filter.replace(COMMON_NAME, commonName);
      }
      filled.add(new Filled(rule, TopicFilter.parse(filter)));
    }
    if (principal.isOperator()) {
      OF_OPERATORS.forEach(rule -> filled.add(new Filled(rule, TopicFilter.parse(rule.filter()))));
    }
    return new Rights(List.copyOf(filled));
  }

  /** Whether it is one level of a topic, as any: ids are, by {@code protocol.Ids}. */
  private static boolean isLevel(String name) {
    return !name.startsWith("$") && name.chars().noneMatch(c -> "/+#\0".indexOf(c) >= 0);
  }

  private record Filled(Rule rule, TopicFilter filter) {}

  /** What one client may do. */
  public static final class Rights {
    private final List<Filled> rules;

    private Rights(List<Filled> rules) {
      this.rules = rules;
    }

    public boolean mayPublish(String topic) {
      return first(Verb.PUBLISH, topic);
    }

    /** Whether a message of that topic may reach it. */
    public boolean mayReceive(String topic) {
      return first(Verb.SUBSCRIBE, topic);
    }

    private boolean first(Verb verb, String topic) {
      for (Filled each : rules) {
        if (each.rule().isFor(verb) && each.filter().matches(topic)) {
          return each.rule().allow();
        }
      }
      return false;
    }

    public boolean maySubscribe(TopicFilter wanted) {
      for (Filled each : rules) {
        if (each.rule().isFor(Verb.SUBSCRIBE) && covers(each.filter(), wanted)) {
          return each.rule().allow();
        }
      }
      return false;
    }

    /** Whether every topic of the one is a topic of the other. */
    private static boolean covers(TopicFilter rule, TopicFilter wanted) {
      return rule.matches(wanted.path())
          && (!wanted.path().endsWith("#") || rule.path().endsWith("#"));
    }
  }
}
