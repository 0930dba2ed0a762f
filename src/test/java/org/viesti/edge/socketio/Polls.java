package org.viesti.edge.socketio;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** A client that polls, by hand. */
final class Polls {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String BEGIN = "/socket.io/?EIO=4&transport=polling";

  /** Its open packet. */
  final String opened;

  private final URI uri;

  Polls(SocketNode node) throws IOException, InterruptedException {
    opened = get(node.http(BEGIN)).body();
    uri = URI.create(node.http(BEGIN + "&sid=" + sid()));
  }

  /** One that is connected to the namespace. */
  static Polls connected(SocketNode node) throws IOException, InterruptedException {
    Polls client = new Polls(node);
    client.post("40");
    client.poll();
    return client;
  }

  String sid() {
    return opened.replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
  }

  CompletableFuture<HttpResponse<String>> polling() {
    return HTTP.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** What comes next, with dots where packets end. */
  String poll() {
    return polling().join().body().replace('\u001e', '.');
  }

  CompletableFuture<HttpResponse<String>> posting(String packets) {
    return HTTP.sendAsync(
        HttpRequest.newBuilder(uri)
            .POST(BodyPublishers.ofString(packets.replace('.', '\u001e').replace('\'', '"')))
            .build(),
        BodyHandlers.ofString());
  }

  /** Says packets, with dots where they end and quotes for apostrophes. */
  String post(String packets) {
    HttpResponse<String> answer = posting(packets).join();
    return answer.statusCode() + " " + answer.body();
  }

  static HttpResponse<String> get(String uri, String... headers)
      throws IOException, InterruptedException {
    return ask("GET", uri, headers);
  }

  static HttpResponse<String> ask(String method, String uri, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri)).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }
}
