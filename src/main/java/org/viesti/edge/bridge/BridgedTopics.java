package org.viesti.edge.bridge;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that goes over one bridge. Of several that fit a topic the first has it. */
record BridgedTopics(List<BridgedTopic> all) {

  /** What a topic of ours is called there; null: it does not go there. */
  @Nullable String toRemote(String topic) {
    for (BridgedTopic each : all) {
      String there = each.toRemote(topic);
      if (there != null) {
        return there;
      }
    }
    return null;
  }

  /** What a topic of theirs is called here; null: it does not come here. */
  @Nullable String toLocal(String topic) {
    for (BridgedTopic each : all) {
      String here = each.toLocal(topic);
      if (here != null) {
        return here;
      }
    }
    return null;
  }
}
