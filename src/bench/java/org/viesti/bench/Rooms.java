package org.viesti.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Creates a topology's rooms over REST; each room's first member is its owner. */
final class Rooms {
  private static final int AT_A_TIME = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Rooms() {}

  static void create(int port, Topology topology) throws InterruptedException, IOException {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int room = 0; room < topology.rooms(); room++) {
        HttpRequest request = request(port, topology, room);
        answers.add(
            threads.submit(() -> client.send(request, HttpResponse.BodyHandlers.ofString())));
      }
      for (Future<HttpResponse<String>> answer : answers) {
        check(answer);
      }
    }
  }

  private static HttpRequest request(int port, Topology topology, int room) throws IOException {
    List<Map<String, String>> members = new ArrayList<>();
    for (int nth = 1; nth < topology.members(); nth++) {
      members.add(Map.of("user", Topology.userId(topology.member(room, nth))));
    }
    Map<String, Object> body =
        Map.of(
            "id",
            Topology.roomId(room),
            "type",
            "group",
            "name",
            "Room " + room,
            "members",
            members);
    String owner = Topology.userId(topology.member(room, 0));
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/rooms"))
        .header("Authorization", "Bearer " + Tokens.sign(NodeProcess.SECRET, owner, "phone"))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
        .build();
  }

  private static void check(Future<HttpResponse<String>> answer) throws InterruptedException {
    try {
      HttpResponse<String> response = answer.get();
      if (response.statusCode() / 100 != 2) {
        throw new IllegalStateException(
            "room not created: " + response.statusCode() + " " + response.body());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
