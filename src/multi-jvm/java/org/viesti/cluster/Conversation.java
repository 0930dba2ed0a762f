package org.viesti.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.viesti.testkit.Ack;
import org.viesti.testkit.Await;
import org.viesti.testkit.Calls;
import org.viesti.testkit.ChatClient;
import org.viesti.testkit.Delivery;

/**
 * Posts under way in some rooms, and the verdict over them: every acknowledged post is in the
 * room's history, once, where its ack says; and every device of every member received exactly that
 * history, in that order.
 */
final class Conversation {
  private static final Duration DRAINED = Duration.ofSeconds(90);
  private static final String OWNER = "owner";

  private final Map<String, Set<String>> members;
  private final List<ChatClient> devices;
  private final List<Thread> talking = new ArrayList<>();
  private final AtomicLong acked = new AtomicLong();
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();
  private volatile boolean ending;

  /**
   * @param members user ids by room
   * @param devices of members; each receives, and some {@link #talk}
   */
  Conversation(Map<String, Set<String>> members, List<ChatClient> devices) {
    this.members = members;
    this.devices = devices;
  }

  /** Makes the rooms, with an owner who has no device. */
  void create(TestCluster cluster) {
    Calls owner = cluster.calls(0, OWNER);
    members.forEach(owner::createRoom);
  }

  /**
   * Lets devices post to their user's rooms, in turn, until {@link #end}.
   *
   * @param window unanswered posts a device has at most
   * @param pauseMs mean time between two posts of a device
   */
  void talk(List<ChatClient> senders, int window, int pauseMs) {
    for (ChatClient sender : senders) {
      List<String> rooms = roomsOf(sender);
      talking.add(
          Thread.ofVirtual()
              .name("talking " + sender)
              .start(
                  () -> {
                    try {
                      talk(sender, rooms, new Semaphore(window), pauseMs);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
  }

  private void talk(ChatClient sender, List<String> rooms, Semaphore window, int pauseMs)
      throws InterruptedException {
    for (int n = 0; !ending; n++) {
      window.acquire();
      sender
          .send(rooms.get(n % rooms.size()), "number " + n + " of " + sender)
          .whenComplete(
              (_, failure) -> {
                window.release();
                if (failure == null) {
                  acked.incrementAndGet();
                } else {
                  refused.add(sender + ": " + failure);
                }
              });
      Thread.sleep(ThreadLocalRandom.current().nextInt(2 * pauseMs + 1));
    }
  }

  private List<String> roomsOf(ChatClient device) {
    return members.keySet().stream()
        .filter(room -> members.getOrDefault(room, Set.of()).contains(device.user()))
        .sorted()
        .toList();
  }

  /** Posts acknowledged so far. */
  long acked() {
    return acked.get();
  }

  /** Returns when so many more posts have been acknowledged. */
  void awaitMore(int posts, TestCluster cluster) {
    long goal = acked() + posts;
    Await.until(
        DRAINED,
        () -> "only " + acked() + " of " + goal + " posts are acknowledged" + cluster.tails(),
        () -> acked() >= goal);
  }

  /**
   * Ends the talk, and returns when every post is answered and every device has received the last
   * of each room.
   */
  void end(TestCluster cluster) {
    ending = true;
    Await.until(
        DRAINED,
        () -> "unanswered: " + complaints(ChatClient::unanswered) + cluster.tails(),
        () -> devices.stream().allMatch(device -> device.unanswered().isEmpty()));
    Map<String, Long> heads = new HashMap<>();
    for (ChatClient device : devices) {
      device.acks().values().forEach(ack -> heads.merge(ack.room(), ack.seq(), Math::max));
    }
    Await.until(
        DRAINED,
        () -> "behind: " + complaints(device -> behind(device, heads)) + cluster.tails(),
        () -> devices.stream().allMatch(device -> behind(device, heads).isEmpty()));
  }

  private List<String> behind(ChatClient device, Map<String, Long> heads) {
    return roomsOf(device).stream()
        .filter(room -> device.inbox().position("rooms/" + room) < heads.getOrDefault(room, 0L))
        .map(
            room ->
                room + " at " + device.inbox().position("rooms/" + room) + " of " + heads.get(room))
        .toList();
  }

  private interface Look {
    List<String> at(ChatClient device);
  }

  private List<String> complaints(Look look) {
    return devices.stream()
        .filter(device -> !look.at(device).isEmpty())
        .map(device -> "\n" + look.at(device) + " " + device.standing())
        .limit(10)
        .toList();
  }

  /** Every broken promise, as a sentence; empty is what a test wants. */
  List<String> verdict(TestCluster cluster) {
    List<String> broken = new ArrayList<>(refused);
    Map<String, Map<String, Ack>> acksOf = new HashMap<>();
    for (ChatClient device : devices) {
      device.violations().forEach(what -> broken.add(device + ": " + what));
      acksOf.computeIfAbsent(device.user(), _ -> new HashMap<>()).putAll(device.acks());
    }
    Calls owner = cluster.calls(0, OWNER);
    for (String room : members.keySet()) {
      List<JsonNode> posts = owner.history(room).stream().filter(Conversation::isPost).toList();
      compareAcks(room, posts, acksOf, broken);
      List<String> wanted = posts.stream().map(Conversation::sentence).toList();
      for (ChatClient device : devices) {
        if (roomsOf(device).contains(room)) {
          compareDevice(device, room, wanted, broken);
        }
      }
    }
    return broken;
  }

  private static boolean isPost(JsonNode message) {
    return message.path("body").path("kind").asText().equals("post");
  }

  private static String sentence(JsonNode post) {
    return sentence(
        post.required("seq").longValue(),
        post.required("sender").textValue(),
        post.required("body").required("client_id").textValue());
  }

  private static String sentence(long seq, String sender, String clientId) {
    return seq + " " + sender + " " + clientId;
  }

  private static void compareAcks(
      String room,
      List<JsonNode> posts,
      Map<String, Map<String, Ack>> acksOf,
      List<String> broken) {
    Set<String> posted = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode post : posts) {
      posted.add(sentence(post));
      if (!ids.add(
          post.path("sender").asText() + " " + post.path("body").path("client_id").asText())) {
        broken.add(room + " has twice what was sent once: " + post);
      }
    }
    acksOf.forEach(
        (user, acks) ->
            acks.values().stream()
                .filter(ack -> ack.room().equals(room))
                .filter(ack -> !posted.remove(sentence(ack.seq(), user, ack.id())))
                .forEach(ack -> broken.add(room + " has lost " + user + "'s " + ack)));
    posted.forEach(post -> broken.add(room + " has what nobody was told of: " + post));
  }

  private static void compareDevice(
      ChatClient device, String room, List<String> wanted, List<String> broken) {
    List<String> got =
        device.inbox().received("rooms/" + room).stream()
            .filter(Delivery::isPost)
            .map(post -> sentence(post.seq(), post.sender(), post.clientId()))
            .toList();
    if (!got.equals(wanted)) {
      List<String> lost = new ArrayList<>(wanted);
      lost.removeAll(new HashSet<>(got));
      List<String> alien = new ArrayList<>(got);
      alien.removeAll(new HashSet<>(wanted));
      broken.add(
          "%s received %d of the %d posts of %s; lost %s; in no history %s; or in another order"
              .formatted(device, got.size(), wanted.size(), room, few(lost), few(alien)));
    }
  }

  private static List<String> few(List<String> all) {
    return all.subList(0, Math.min(10, all.size()));
  }

  /** What happened, for a person to read. */
  String figures() {
    return "%d posts acknowledged (%d of them told twice), %d deliveries to %d devices, %d repeats dropped"
        .formatted(
            acked(),
            devices.stream().mapToLong(ChatClient::duplicates).sum(),
            devices.stream().mapToLong(device -> device.inbox().count()).sum(),
            devices.size(),
            devices.stream().mapToLong(device -> device.inbox().repeats()).sum());
  }
}
