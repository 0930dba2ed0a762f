package org.viesti.edge.socketio;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.Deadline;
import org.viesti.edge.LivePath;
import org.viesti.edge.LiveServer;
import org.viesti.edge.LiveSettings;
import org.viesti.edge.Upgrades;

/**
 * Socket.IO at {@code /socket.io/} and, for Sockethub's clients, {@code /sockethub/}: judges each
 * request of Engine.IO and leaves it to its {@link SocketIoSession}.
 */
public final class SocketIoEdge {
  private static final List<String> PATHS = List.of("/socket.io/", "/sockethub/");
  private static final String POLLING = "polling";
  private static final String WEBSOCKET = "websocket";

  final SocketIoSettings settings;
  final Clients clients;
  final Addresses addresses;
  private final Origins origins;
  private final WebSocketDecoderConfig frames;

  /** Those that poll: requests find them. */
  private final ConcurrentHashMap<String, Polled> polled = new ConcurrentHashMap<>();

  private record Polled(SocketIoSession session, PollingTransport transport) {}

  public SocketIoEdge(SocketIoSettings settings, Gateway clients) {
    this(settings, (Clients) clients);
  }

  SocketIoEdge(SocketIoSettings settings, Clients clients) {
    this.settings = settings;
    this.clients = clients;
    this.addresses = new Addresses(settings.maxConnectionsPerAddress());
    this.origins = Origins.of(settings.corsOrigins());
    this.frames =
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(settings.maxPayloadBytes())
            .closeOnProtocolViolation(false) // the transport closes, with a code
            .build();
  }

  /** What it serves of the live listener. */
  public List<LivePath> paths() {
    return PATHS.stream().<LivePath>map(Door::new).toList();
  }

  /**
   * The gateway's own listener, if it is to have one, with the live listener's other settings;
   * throws {@link org.viesti.edge.CannotListen}.
   */
  public static Optional<LiveServer> listen(
      SocketIoSettings settings, LiveSettings live, List<LivePath> paths) {
    SocketIoSettings.At at = settings.listener();
    return at == null
        ? Optional.empty()
        : Optional.of(
            LiveServer.start(
                "gateway",
                "the gateway",
                "viesti.gateway.listener.host and viesti.gateway.listener.port",
                live.at(at.host(), at.port()),
                paths));
  }

  void forget(String sid) {
    polled.remove(sid);
  }

  private final class Door implements LivePath {
    private final String path;

    Door(String path) {
      this.path = path;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public int maxBodyBytes() {
      return settings.maxPayloadBytes();
    }

    @Override
    public void handle(ChannelHandlerContext ctx, FullHttpRequest request) {
      Query query = Query.of(request);
      String origin = request.headers().get(HttpHeaderNames.ORIGIN);
      EngineError error = refusal(request, query, origin);
      if (error == null && query.upgrade()) {
        upgrade(ctx, request, query);
        return;
      }
      Exchange exchange = Exchange.begin(ctx, request, origins.header(origin));
      if (exchange == null) {
        return;
      }
      if (HttpMethod.OPTIONS.equals(request.method())) {
        exchange.answer(preflight(request));
      } else if (error != null) {
        exchange.error(error);
      } else {
        poll(ctx, request, query, exchange);
      }
    }
  }

  /** What a request asks for. */
  private record Query(
      @Nullable String transport, @Nullable String sid, boolean version4, boolean upgrade) {
    static Query of(FullHttpRequest request) {
      Map<String, List<String>> query = parameters(request);
      return new Query(
          first(query, "transport"),
          first(query, "sid"),
          "4".equals(first(query, "EIO")),
          Upgrades.isOne(request));
    }

    /** None if they cannot be read. */
    private static Map<String, List<String>> parameters(FullHttpRequest request) {
      try {
        return new QueryStringDecoder(request.uri()).parameters();
      } catch (IllegalArgumentException e) {
        return Map.of();
      }
    }

    private static @Nullable String first(Map<String, List<String>> query, String key) {
      List<String> values = query.get(key);
      return values == null ? null : values.getFirst();
    }
  }

  /** In the order in which the library looks; null: it may go on. */
  private @Nullable EngineError refusal(
      FullHttpRequest request, Query query, @Nullable String origin) {
    boolean polls = settings.polling() && POLLING.equals(query.transport());
    if (!polls && !WEBSOCKET.equals(query.transport())) {
      return EngineError.TRANSPORT_UNKNOWN;
    }
    if (origins.refuse(origin, request.headers().get(HttpHeaderNames.HOST))) {
      return EngineError.FORBIDDEN;
    }
    if (query.sid() != null) {
      return !polled.containsKey(query.sid())
          ? EngineError.SESSION_UNKNOWN
          : query.version4() && polls != query.upgrade() ? null : EngineError.BAD_REQUEST;
    }
    if (!HttpMethod.GET.equals(request.method())) {
      return EngineError.BAD_HANDSHAKE_METHOD;
    }
    if (polls == query.upgrade()) {
      return EngineError.BAD_REQUEST;
    }
    return query.version4() ? null : EngineError.UNSUPPORTED_VERSION;
  }

  /** Says yes to a script of another origin that asks first. */
  private static FullHttpResponse preflight(FullHttpRequest request) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET,POST");
    String headers = request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
    if (headers != null) {
      response.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, headers);
    }
    return response;
  }

  private void poll(
      ChannelHandlerContext ctx, FullHttpRequest request, Query query, Exchange exchange) {
    if (query.sid() == null) {
      begin(ctx.channel(), exchange);
      return;
    }
    Polled client = polled.get(query.sid());
    if (client == null) {
      exchange.error(EngineError.SESSION_UNKNOWN); // it ended just now
    } else if (HttpMethod.GET.equals(request.method())) {
      client.session().onLoop(() -> client.transport().poll(exchange));
    } else if (!HttpMethod.POST.equals(request.method())) {
      exchange.error(EngineError.BAD_REQUEST);
      client.session().broken(client.transport());
    } else if (request.content().readableBytes() > settings.maxPayloadBytes()) {
      exchange.answer(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", "");
      client.session().broken(client.transport());
    } else {
      byte[] body = ByteBufUtil.getBytes(request.content());
      client.session().onLoop(() -> client.transport().post(exchange, body));
    }
  }

  private void begin(Channel channel, Exchange exchange) {
    String sid = Sids.next();
    SocketIoSession session = session(channel, sid);
    PollingTransport transport = new PollingTransport(session);
    polled.put(sid, new Polled(session, transport));
    session.open(transport);
    transport.poll(exchange);
  }

  private void upgrade(ChannelHandlerContext ctx, FullHttpRequest request, Query query) {
    Channel channel = ctx.channel();
    if (query.sid() == null) {
      SocketIoSession session = session(channel, Sids.next());
      WebSocketTransport transport = new WebSocketTransport(session, channel, null);
      ChannelFuture handshaken = handshake(ctx, request, transport);
      channel.pipeline().remove(Deadline.class);
      handshaken.addListener(
          written -> {
            if (written.isSuccess()) {
              session.open(transport);
            }
          });
      return;
    }
    Polled client = polled.get(query.sid());
    if (client == null || !client.transport().probe()) {
      channel.close(); // it ended just now, or is being upgraded
      return;
    }
    handshake(ctx, request, new WebSocketTransport(client.session(), channel, client.transport()));
  }

  private ChannelFuture handshake(
      ChannelHandlerContext ctx, FullHttpRequest request, WebSocketTransport transport) {
    Channel channel = ctx.channel();
    ChannelFuture handshaken =
        new WebSocketServerHandshaker13(null, null, frames)
            .handshake(channel, request, null, channel.newPromise());
    channel.pipeline().remove(WebSocketFrameEncoder.class); // the transport writes its frames
    ctx.pipeline()
        .replace(ctx.handler(), "whole", new WebSocketFrameAggregator(settings.maxPayloadBytes()));
    channel.pipeline().addLast("session", transport);
    Upgrades.closeUnlessWritten(handshaken);
    return handshaken;
  }

  private SocketIoSession session(Channel channel, String sid) {
    return new SocketIoSession(this, channel.eventLoop(), sid, address(channel));
  }

  private static String address(Channel channel) {
    return ((InetSocketAddress) channel.remoteAddress()).getAddress().getHostAddress();
  }
}
