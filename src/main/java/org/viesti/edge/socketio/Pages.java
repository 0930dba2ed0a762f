package org.viesti.edge.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.viesti.edge.LivePath;

/** What the gateway has for browsers beside its socket: a page, scripts, and whether it lives. */
public final class Pages {
  private static final String SCRIPT = "application/javascript; charset=utf-8";

  private Pages() {}

  public static List<LivePath> all() {
    byte[] client = resource("sockethub-client.js");
    return List.of(
        new Page("/", "text/html; charset=utf-8", resource("index.html")),
        new Page("/health", "text/plain; charset=utf-8", "ok".getBytes(UTF_8)),
        new Page("/socket.io.js", SCRIPT, resource("socket.io.min.js")),
        new Page("/sockethub-client.js", SCRIPT, client),
        new Page("/sockethub-client.min.js", SCRIPT, client));
  }

  private record Page(String path, String type, byte[] content) implements LivePath {
    @Override
    public void handle(ChannelHandlerContext ctx, FullHttpRequest request) {
      Exchange exchange = Exchange.begin(ctx, request, "*");
      if (exchange == null) {
        return;
      }
      if (HttpMethod.GET.equals(request.method())) {
        exchange.answer(HttpResponseStatus.OK, type, Unpooled.wrappedBuffer(content));
      } else {
        exchange.answer(HttpResponseStatus.METHOD_NOT_ALLOWED, "text/plain", "GET is all it takes");
      }
    }
  }

  private static byte[] resource(String name) {
    try (InputStream file = Pages.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new FileNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
