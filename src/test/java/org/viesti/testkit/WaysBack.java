package org.viesti.testkit;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How long one device was without messages, each time it lost its link. */
final class WaysBack {
  private final List<Return> returns = new ArrayList<>();
  private @Nullable Return under;

  synchronized void lost(URI node) {
    if (under == null) {
      under = new Return(node, node, System.nanoTime(), 0, 0);
    }
  }

  synchronized void welcomed(URI node) {
    if (under != null) {
      under = new Return(under.from(), node, under.lost(), System.nanoTime(), 0);
    }
  }

  /** A message that is no repeat. */
  synchronized void received(long arrived) {
    if (under != null) {
      returns.add(new Return(under.from(), under.to(), under.lost(), under.welcomed(), arrived));
      under = null;
    }
  }

  synchronized List<Return> all() {
    return List.copyOf(returns);
  }
}
