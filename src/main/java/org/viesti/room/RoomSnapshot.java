package org.viesti.room;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.viesti.journal.Stored;

/** The stored form of a {@link RoomState}. */
record RoomSnapshot(
    long seq,
    long head,
    long lastAt,
    String status,
    String type,
    String name,
    @Nullable String description,
    boolean isPrivate,
    @Nullable Map<String, Object> metadata,
    long createdAt,
    String createdBy,
    @Nullable List<MemberEntry> members,
    @Nullable Map<String, String> banned,
    @Nullable Map<String, List<SentEntry>> posted,
    @Nullable Map<String, Long> untold,
    @Nullable Map<String, RoomEvent.Wanted> wishes,
    @Nullable Map<Long, Long> erasures)
    implements Stored {

  record MemberEntry(String user, String role, long joinedAt, long seq) {}

  record SentEntry(String id, long seq, long at, @Nullable String device) {}

  static RoomSnapshot of(RoomState state) {
    List<MemberEntry> members = new ArrayList<>(state.members().size());
    state
        .members()
        .forEach(
            (user, member) ->
                members.add(
                    new MemberEntry(user, member.role().label(), member.joinedAt(), member.seq())));
    Map<String, List<SentEntry>> posted = new HashMap<>();
    state
        .posted()
        .forEach(
            (user, sent) -> {
              List<SentEntry> entries = new ArrayList<>();
              sent.forEach(
                  (device, post) ->
                      entries.add(new SentEntry(post.clientId(), post.seq(), post.at(), device)));
              posted.put(user, entries);
            });
    return new RoomSnapshot(
        state.seq(),
        state.head(),
        state.lastAt(),
        state.status().name(),
        state.type().label(),
        state.name(),
        state.description(),
        state.isPrivate(),
        state.metadata(),
        state.createdAt(),
        state.createdBy(),
        members,
        state.banned(),
        posted,
        state.untold(),
        state.wishes().byUser(),
        state.erasures());
  }

  RoomState toState() {
    Map<String, RoomState.Member> byUser = new HashMap<>();
    for (MemberEntry entry : members == null ? List.<MemberEntry>of() : members) {
      byUser.put(
          entry.user(),
          new RoomState.Member(Role.parse(entry.role()), entry.joinedAt(), entry.seq()));
    }
    Map<String, Sent> bySender = new HashMap<>();
    orEmpty(posted)
        .forEach(
            (sender, entries) -> {
              Sent sent = Sent.NONE;
              for (SentEntry entry : entries) {
                sent = sent.and(entry.device(), entry.id(), entry.seq(), entry.at());
              }
              bySender.put(sender, sent);
            });
    return new RoomState(
        seq,
        head,
        lastAt,
        RoomState.Status.valueOf(status),
        RoomType.parse(type),
        name == null ? "" : name,
        description,
        isPrivate,
        metadata == null ? Map.of() : metadata,
        createdAt,
        createdBy == null ? "" : createdBy,
        HashTreePMap.from(byUser),
        HashTreePMap.from(orEmpty(banned)),
        HashTreePMap.from(bySender),
        HashTreePMap.from(orEmpty(untold)),
        Wishes.of(orEmpty(wishes)),
        HashTreePMap.from(orEmpty(erasures)));
  }

  private static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : map;
  }
}
