package org.viesti.connection;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.viesti.device.Session;
import org.viesti.protocol.Message;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Topic;

/** Reads what of rooms was in flight when a session's last stream ended. */
record RoomsInFlight(
    DeviceConnection.Needs needs, String tenant, Function<Message, Publication> publication) {

  /** By path and position; what is no longer there is left out. */
  CompletionStage<Map<String, Map<Long, Publication>>> read(List<Session.InFlight> inFlight) {
    Map<String, TreeSet<Long>> positions = new HashMap<>();
    for (Session.InFlight one : inFlight) {
      if (one.stream() != null && Topic.isRoom(one.stream())) {
        positions.computeIfAbsent(one.stream(), path -> new TreeSet<>()).add(one.position());
      }
    }
    CompletionStage<Map<String, Map<Long, Publication>>> all =
        CompletableFuture.completedFuture(new HashMap<>());
    for (Map.Entry<String, TreeSet<Long>> each : positions.entrySet()) {
      Map<Long, Publication> found = new HashMap<>();
      CompletionStage<?> read =
          read(
              Topic.of(tenant, each.getKey()), each.getValue(), each.getValue().first() - 1, found);
      all =
          all.thenCombine(
              read,
              (rooms, done) -> {
                rooms.put(each.getKey(), found);
                return rooms;
              });
    }
    return all;
  }

  private CompletionStage<?> read(
      Topic room, TreeSet<Long> positions, long after, Map<Long, Publication> found) {
    return needs
        .rooms()
        .read(room.room(), after, needs.settings().readAtOnce())
        .thenCompose(
            stretch -> {
              for (Message message : stretch.messages()) {
                if (positions.contains(message.seq())) {
                  found.put(message.seq(), publication.apply(message));
                }
              }
              return stretch.end() || stretch.upTo() >= positions.last()
                  ? CompletableFuture.completedFuture(null)
                  : read(room, positions, stretch.upTo(), found).toCompletableFuture();
            });
  }
}
