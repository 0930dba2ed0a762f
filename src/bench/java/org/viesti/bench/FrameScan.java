package org.viesti.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Finds a few fields in a frame's JSON without parsing it: a generator that shares its machine with
 * the node must cost little. Fields are best asked for in the order in which the node writes them;
 * any other order is found too.
 */
final class FrameScan {
  private byte[] bytes = new byte[4096];
  private int end;
  private int at;

  void load(ByteBuf frame) {
    end = frame.readableBytes();
    if (end > bytes.length) {
      bytes = new byte[end * 2];
    }
    frame.readBytes(bytes, 0, end);
    at = 0;
  }

  /** Moves behind the next occurrence of the key, or else the first. */
  boolean find(byte[] key) {
    return findFrom(at, key) || findFrom(0, key);
  }

  private boolean findFrom(int from, byte[] key) {
    byte first = key[0];
    int last = end - key.length;
    for (int i = from; i <= last; i++) {
      if (bytes[i] == first && matches(i, key)) {
        at = i + key.length;
        return true;
      }
    }
    return false;
  }

  private boolean matches(int from, byte[] key) {
    for (int i = 1; i < key.length; i++) {
      if (bytes[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  /** The decimal number here. */
  long number() {
    long value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      value = value * 10 + (bytes[at++] - '0');
    }
    return value;
  }

  /** The decimal number after the key, or -1. */
  long number(byte[] key) {
    return find(key) ? number() : -1;
  }

  /** Whether the text here begins so; does not move. */
  boolean startsWith(byte[] word) {
    return at + word.length <= end && bytes[at] == word[0] && matches(at, word);
  }

  /** The string here, up to its closing quote, as an array of its own. */
  byte[] string() {
    int from = at;
    while (at < end && bytes[at] != '"') {
      at++;
    }
    byte[] copy = new byte[at - from];
    System.arraycopy(bytes, from, copy, 0, copy.length);
    return copy;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
