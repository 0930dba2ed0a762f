package org.viesti.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.viesti.protocol.TopicFilter;

class SubscriptionTrieTest {
  private record Entry(TopicFilter filter, int number) {}

  /** Against the plain way: every filter asked about every topic. */
  @Test
  void it_finds_what_each_filter_says_it_matches() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    SubscriptionTrie<Entry> trie = new SubscriptionTrie<>();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      if (!entries.isEmpty() && random.nextInt(3) == 0) {
        Entry gone = entries.remove(random.nextInt(entries.size()));
        trie.remove(gone.filter(), gone);
      } else {
        Entry added = new Entry(TopicFilter.parse(filter(random)), i);
        entries.add(added);
        trie.add(added.filter(), added);
      }
      String topic = text(random, 1 + random.nextInt(4), "a", "b", "", "$x");
      List<Entry> found = new ArrayList<>();
      trie.match(topic, found::add);
      assertThat(found)
          .as("%s, seed %d", topic, seed)
          .containsExactlyInAnyOrderElementsOf(
              entries.stream().filter(entry -> entry.filter().matches(topic)).toList());
    }
    entries.forEach(entry -> trie.remove(entry.filter(), entry));
    assertThat(trie.isEmpty()).isTrue();
  }

  private static String filter(Random random) {
    String filter = text(random, 1 + random.nextInt(4), "a", "b", "", "+", "+", "$x");
    if (filter.isEmpty()) {
      return "a";
    }
    return random.nextInt(4) == 0 ? filter + "/#" : random.nextInt(20) == 0 ? "#" : filter;
  }

  private static String text(Random random, int levels, String... of) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      names.add(of[random.nextInt(of.length)]);
    }
    String text = String.join("/", names);
    return text.isEmpty() ? "a" : text;
  }
}
