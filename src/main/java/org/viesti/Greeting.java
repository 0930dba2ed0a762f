package org.viesti;

/** What a node that has started tells the person who started it. */
final class Greeting {
  private Greeting() {}

  static String text(Settings settings, Node node) {
    return "Viesti is ready: live ws://%s:%d/ws".formatted(settings.live().host(), node.livePort());
  }
}
