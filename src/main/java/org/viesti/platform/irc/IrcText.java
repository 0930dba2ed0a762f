package org.viesti.platform.irc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.viesti.platform.PlatformFailure;

/** What may stand in a line of IRC, and how much of it. */
final class IrcText {
  /** Bytes of a line without its CR LF (RFC 1459 §2.3). */
  static final int LINE_BYTES = 510;

  private IrcText() {}

  /** Refuses what would end the line: the rest would be a command of its own. */
  static String checked(String value) throws PlatformFailure {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
      throw PlatformFailure.lasting("IRC values must not contain CR or LF characters");
    }
    return value;
  }

  /** Refuses also what would be several parameters, or several names, or none. */
  static String name(String value) throws PlatformFailure {
    checked(value);
    if (value.isEmpty()
        || value.startsWith(":")
        || value.indexOf(' ') >= 0
        || value.indexOf(',') >= 0) {
      throw PlatformFailure.lasting("not a name in IRC: '" + value + "'");
    }
    return value;
  }

  /** Refuses a line that a server would cut. */
  static void fits(String line) throws PlatformFailure {
    if (line.getBytes(StandardCharsets.UTF_8).length > LINE_BYTES) {
      throw PlatformFailure.lasting(
          "a line of IRC must not be longer than " + LINE_BYTES + " bytes");
    }
  }

  /** The text in pieces of at most so many bytes of UTF-8, if possible from word to word. */
  static List<String> pieces(String text, int most) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    int space = -1;
    int bytes = 0;
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      int size = utf8(point);
      if (bytes > 0 && bytes + size > most) {
        boolean between = space > from;
        pieces.add(text.substring(from, between ? space : at));
        from = between ? space + 1 : at;
        at = from;
        space = -1;
        bytes = 0;
        continue;
      }
      if (point == ' ') {
        space = at;
      }
      bytes += size;
      at += Character.charCount(point);
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  private static int utf8(int point) {
    if (point < 0x80) {
      return 1;
    }
    if (point < 0x800) {
      return 2;
    }
    return point < 0x10000 ? 3 : 4;
  }
}
