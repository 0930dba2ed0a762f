package org.viesti.room;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A sender's last posts by the sender's own ids, for each of its devices apart: what one of them
 * posts lets the room forget nothing that another may still repeat. An id is the sender's,
 * whichever device repeats it.
 *
 * <p>Immutable, and made anew with every post, of which a room may have thousands a second: so a
 * device's posts are a chain of short blocks that one post adds to, and shares with the Sent before
 * it.
 */
final class Sent {
  static final Sent NONE = new Sent(List.of());

  /**
   * A retry is recognised among this many of the device's last posts, or a block more; more than a
   * connection's unanswered window.
   */
  static final int POSTS = 128;

  /** Of a sender with ever new devices, those that posted last. */
  static final int DEVICES = 8;

  private static final int BLOCK = 16;

  /** Where a post is in the log, and when it came there. */
  record Place(String clientId, long seq, long at) {}

  private record Device(String name, Block posts) {}

  /**
   * @param hashes of the places' ids
   * @param size of this block and all older ones
   */
  private record Block(int[] hashes, Place[] places, @Nullable Block older, int size) {
    static Block and(@Nullable Block before, Place place) {
      if (before == null || before.places.length == BLOCK) {
        Block older = before == null || before.size < POSTS + BLOCK ? before : before.newest(POSTS);
        return new Block(
            new int[] {place.clientId().hashCode()},
            new Place[] {place},
            older,
            older == null ? 1 : older.size + 1);
      }
      int count = before.places.length;
      int[] hashes = Arrays.copyOf(before.hashes, count + 1);
      hashes[count] = place.clientId().hashCode();
      Place[] places = Arrays.copyOf(before.places, count + 1);
      places[count] = place;
      return new Block(hashes, places, before.older, before.size + 1);
    }

    /** Without the blocks behind so many posts. */
    private Block newest(int posts) {
      int more = posts - places.length;
      Block rest = older == null || more <= 0 ? null : older.newest(more);
      return new Block(hashes, places, rest, places.length + (rest == null ? 0 : rest.size));
    }

    @Nullable Place find(String clientId) {
      int hash = clientId.hashCode();
      for (Block block = this; block != null; block = block.older) {
        for (int i = 0; i < block.hashes.length; i++) {
          if (block.hashes[i] == hash && block.places[i].clientId().equals(clientId)) {
            return block.places[i];
          }
        }
      }
      return null;
    }

    void forEach(String device, BiConsumer<String, Place> each) {
      if (older != null) {
        older.forEach(device, each);
      }
      for (Place place : places) {
        each.accept(device, place);
      }
    }
  }

  /** The one that posted last is the last. */
  private final List<Device> devices;

  private Sent(List<Device> devices) {
    this.devices = devices;
  }

  @Nullable Place find(String clientId) {
    for (Device device : devices) {
      Place place = device.posts().find(clientId);
      if (place != null) {
        return place;
      }
    }
    return null;
  }

  /**
   * @param device null: not known
   */
  Sent and(@Nullable String device, String clientId, long seq, long at) {
    String name = device == null ? "" : device;
    Block posts = null;
    List<Device> next = new ArrayList<>(devices.size() + 1);
    for (Device known : devices) {
      if (known.name().equals(name)) {
        posts = known.posts();
      } else {
        next.add(known);
      }
    }
    next.add(new Device(name, Block.and(posts, new Place(clientId, seq, at))));
    if (next.size() > DEVICES) {
      next.removeFirst();
    }
    return new Sent(next);
  }

  /** Device and post, a device's oldest first. */
  void forEach(BiConsumer<String, Place> each) {
    for (Device device : devices) {
      device.posts().forEach(device.name(), each);
    }
  }
}
