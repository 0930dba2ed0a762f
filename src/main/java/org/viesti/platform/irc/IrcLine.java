package org.viesti.platform.irc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line from a server.
 *
 * @param source who caused it, as {@code nick!user@host} or a server's name; empty: nobody is named
 * @param command a word or three digits
 * @param time when it happened, in ISO 8601, if the server says so
 * @param own whether the actor itself caused it
 */
record IrcLine(
    String source, String command, List<String> parameters, @Nullable String time, boolean own) {

  String nick() {
    return nick(source);
  }

  static String nick(String source) {
    int end = source.indexOf('!');
    return end < 0 ? source : source.substring(0, end);
  }

  /** Empty if it has not so many. */
  String parameter(int index) {
    return index < parameters.size() ? parameters.get(index) : "";
  }

  /** Its last parameter, which may have spaces. */
  String text() {
    return parameters.isEmpty() ? "" : parameters.getLast();
  }

  /** Whether it says that something could not be done. */
  boolean isError() {
    return command.length() == 3 && (command.charAt(0) == '4' || command.charAt(0) == '5');
  }
}
