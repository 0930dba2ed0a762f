package org.viesti.platform.dialect;

/**
 * What is wrong with a message, and where.
 *
 * @param path from its root, such as {@code /actor/id}; empty: the message itself
 * @param depth how many names the path has
 * @param message such as {@code must be string}
 */
record Mistake(String path, int depth, String message) {

  /** Of the message itself. */
  static Mistake whole(String message) {
    return new Mistake("", 0, message);
  }

  /** Of one of its keys. */
  static Mistake at(String key, String message) {
    return new Mistake("/" + key, 1, message);
  }

  /** The same of what is under a key of a message. */
  Mistake within(String key) {
    return new Mistake("/" + key + path, depth + 1, message);
  }

  String place() {
    return path.isEmpty() ? "activity stream" : path;
  }

  @Override
  public String toString() {
    return place() + ": " + message;
  }
}
