package org.viesti.user;

import org.jspecify.annotations.Nullable;

/**
 * A push that a device is owed: one for each device and room, and one more if somebody calls. A
 * newer post takes the older one's place and is counted. What the post says is not in it: that is
 * read when it is sent.
 *
 * @param first position of the first post it stands for
 * @param seq position of the last
 * @param at when that was posted; this and all times are milliseconds since 1970
 * @param count how many posts it stands for
 * @param queuedAt when the last one came
 * @param attempts that failed
 * @param failure why the last one did
 */
record PendingPush(
    String device,
    String room,
    String roomName,
    long first,
    long seq,
    long at,
    String sender,
    boolean mentioned,
    boolean call,
    int count,
    long queuedAt,
    long dueAt,
    int attempts,
    @Nullable String failure) {

  /** What a newer one takes the place of. */
  String key() {
    return room + "/" + device + (call ? "/call" : "");
  }

  /** Both in one. While the device cannot be reached a newer post does not hurry it. */
  PendingPush with(PendingPush more) {
    PendingPush last = more.seq > seq ? more : this;
    return new PendingPush(
        device,
        room,
        last.roomName,
        Math.min(first, more.first),
        last.seq,
        last.at,
        last.sender,
        mentioned || more.mentioned,
        call,
        count + more.count,
        Math.max(queuedAt, more.queuedAt),
        attempts > 0 ? dueAt : Math.min(dueAt, more.dueAt),
        attempts,
        failure);
  }

  /** Not now. */
  PendingPush later(long from, long due, int failed, @Nullable String why) {
    return new PendingPush(
        device, room, roomName, from, seq, at, sender, mentioned, call, count, queuedAt, due,
        failed, why);
  }

  /** What is left when the posts up to a position, so many of them, have been sent. */
  @Nullable PendingPush after(long sent, int sentCount, long due) {
    return sent >= seq
        ? null
        : new PendingPush(
            device,
            room,
            roomName,
            sent + 1,
            seq,
            at,
            sender,
            mentioned,
            call,
            Math.max(1, count - sentCount),
            queuedAt,
            due,
            0,
            null);
  }
}
