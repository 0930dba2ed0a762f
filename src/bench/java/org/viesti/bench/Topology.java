package org.viesti.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Who is in which room. Every room has as many members; if there are fewer users than places, every
 * user is in as many rooms, and any two rooms share few users.
 */
record Topology(int rooms, int members, int users) {

  /** A room's nth member, as a number of a user. */
  int member(int room, int nth) {
    boolean disjoint = users >= (long) rooms * members;
    return disjoint ? room * members + nth : (room + nth * (users / members) + nth * nth) % users;
  }

  /** Of each user, the numbers of its rooms, ascending. */
  int[][] roomsByUser() {
    List<List<Integer>> rooms = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      rooms.add(new ArrayList<>());
    }
    for (int room = 0; room < this.rooms; room++) {
      for (int nth = 0; nth < members; nth++) {
        rooms.get(member(room, nth)).add(room);
      }
    }
    return rooms.stream().map(Topology::ints).toArray(int[][]::new);
  }

  /** The part after the last dash is the room's number. */
  static String roomId(int room) {
    return "room-" + room;
  }

  static String userId(int user) {
    return "user-" + user;
  }

  private static int[] ints(List<Integer> list) {
    int[] all = list.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(all);
    return all;
  }
}
