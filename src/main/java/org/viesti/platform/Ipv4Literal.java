package org.viesti.platform;

import java.util.List;
import java.util.Locale;

/**
 * Addresses of IPv4 as browsers read them (WHATWG URL §3.5): one to four numbers, decimal, octal or
 * hexadecimal, the last for all bytes that are left.
 */
final class Ipv4Literal {
  private static final int BYTES = 4;

  private Ipv4Literal() {}

  /** Whether a host is an address, or nothing: its last part is a number. */
  static boolean is(String host) {
    return parts(host).getLast().matches("[0-9]+|0[xX][0-9a-fA-F]*");
  }

  /** As four decimal numbers; throws {@link IllegalArgumentException}: it is no address. */
  static String dotted(String host) {
    List<String> parts = parts(host);
    if (parts.size() > BYTES) {
      throw new IllegalArgumentException(host);
    }
    long address = number(parts.getLast());
    if (address >= 1L << (8 * (BYTES + 1 - parts.size()))) {
      throw new IllegalArgumentException(host);
    }
    for (int i = 0; i < parts.size() - 1; i++) {
      long one = number(parts.get(i));
      if (one > 0xFF) {
        throw new IllegalArgumentException(host);
      }
      address |= one << (8 * (BYTES - 1 - i));
    }
    return String.format(
        Locale.ROOT,
        "%d.%d.%d.%d",
        address >> 24,
        address >> 16 & 0xFF,
        address >> 8 & 0xFF,
        address & 0xFF);
  }

  /** A dot at the end is none. */
  private static List<String> parts(String host) {
    return List.of(
        (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).split("\\.", -1));
  }

  private static long number(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("0x")) {
      return lower.length() == 2 ? 0 : Long.parseLong(lower.substring(2), 16);
    }
    return lower.length() > 1 && lower.startsWith("0")
        ? Long.parseLong(lower, 8)
        : Long.parseLong(lower);
  }
}
