package org.viesti.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;

/** A web server on loopback, and who called it. */
public final class WebSite implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, HttpHandler> pages = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** As it came. */
  public record Request(String host, String target, String userAgent) {}

  public WebSite() throws IOException {
    this(HttpServer.create(loopback(), 0));
  }

  private WebSite(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  public static WebSite secure(SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(loopback(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new WebSite(server);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** Has this there; returns its URL. */
  public String page(String path, String contentType, String body) {
    return page(path, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  public String page(String path, String contentType, byte[] body) {
    return on(
        path,
        call -> {
          call.getResponseHeaders().set("Content-Type", contentType);
          call.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          call.getResponseBody().write(body);
        });
  }

  /** The same, compressed. */
  public String zipped(String path, String contentType, byte[] body) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
      zip.write(body);
    }
    return on(
        path,
        call -> {
          call.getResponseHeaders().set("Content-Type", contentType);
          call.getResponseHeaders().set("Content-Encoding", "gzip");
          call.sendResponseHeaders(200, zipped.size());
          zipped.writeTo(call.getResponseBody());
        });
  }

  public String status(String path, int status) {
    return on(path, call -> call.sendResponseHeaders(status, -1));
  }

  public String redirect(String path, String location) {
    return on(
        path,
        call -> {
          call.getResponseHeaders().set("Location", location);
          call.sendResponseHeaders(302, -1);
        });
  }

  /** Does this there from now on; returns its URL. */
  public String on(String path, HttpHandler what) {
    pages.put(path, what);
    return url(path);
  }

  private void answer(HttpExchange call) throws IOException {
    requests.add(
        new Request(
            call.getRequestHeaders().getFirst("Host"),
            call.getRequestURI().toString(),
            call.getRequestHeaders().getFirst("User-Agent")));
    try (call) {
      pages
          .getOrDefault(
              call.getRequestURI().getPath(), nothing -> nothing.sendResponseHeaders(404, -1))
          .handle(call);
    }
  }

  public List<Request> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
