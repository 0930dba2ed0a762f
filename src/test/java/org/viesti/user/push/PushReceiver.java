package org.viesti.user.push;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** The other end of a webhook: keeps what comes, by token, and answers as it is told. */
public final class PushReceiver implements AutoCloseable {
  public static final String SECRET = "a-secret-of-the-webhook";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A request as it came. */
  public record Request(String signature, String body) {}

  private final HttpServer server;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<JsonNode> pushes = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private volatile String retryAfter = "";

  public PushReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::receive);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/push";
  }

  /** From now on, pushes for this token are answered so. */
  public void answer(String token, int status) {
    answers.put(token, status);
  }

  public void retryAfter(String header) {
    retryAfter = header;
  }

  public List<Request> requests() {
    return requests;
  }

  /** Everything that came for a token, also what was refused. */
  public List<JsonNode> of(String token) {
    return pushes.stream().filter(push -> push.path("token").asText().equals(token)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    JsonNode push = JSON.readTree(body);
    requests.add(
        new Request(exchange.getRequestHeaders().getFirst(WebhookProvider.SIGNATURE), body));
    pushes.add(push);
    if (!retryAfter.isEmpty()) {
      exchange.getResponseHeaders().add("retry-after", retryAfter);
    }
    exchange.sendResponseHeaders(answers.getOrDefault(push.path("token").asText(), 204), -1);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
