package org.viesti.edge.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.Arrays;
import java.util.List;
import org.viesti.connection.Connections;
import org.viesti.edge.Deadline;
import org.viesti.edge.HttpAnswers;
import org.viesti.edge.LivePath;
import org.viesti.edge.Upgrades;
import org.viesti.protocol.ErrorCode;

/**
 * MQTT 3.1, 3.1.1 and 5.0: gives a channel that speaks it a {@link MqttSession}. {@link MqttServer}
 * accepts such channels; at {@code /mqtt} they begin as WebSockets (MQTT 5.0 §6).
 */
public final class MqttEdge implements LivePath {
  /** Newest first; 3.1 registered a name of its own. */
  private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");

  final MqttSettings settings;
  final MqttAuthenticator authenticator;
  final Connections connections;
  final MqttTraffic traffic;
  private final WebSocketDecoderConfig frames;

  public MqttEdge(
      MqttSettings settings,
      MqttAuthenticator authenticator,
      Connections connections,
      MqttTraffic traffic) {
    this.settings = settings;
    this.authenticator = authenticator;
    this.connections = connections;
    this.traffic = traffic;
    this.frames =
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(settings.maxPacketBytes())
            .build();
  }

  /** Makes a channel of bytes one of MQTT. */
  void begin(ChannelPipeline pipeline) {
    pipeline.addLast(new MqttDecoder(settings.maxPacketBytes(), settings.maxClientId()));
    pipeline.addLast("session", new MqttSession(this));
  }

  /** Whether the bytes of MQTT are those of the socket. */
  static boolean isBare(ChannelPipeline pipeline) {
    return pipeline.get(SslHandler.class) == null && pipeline.get(BinaryFrames.class) == null;
  }

  @Override
  public String path() {
    return "/mqtt";
  }

  @Override
  public void handle(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (!Upgrades.isOne(request)) {
      Upgrades.required(ctx.channel());
      return;
    }
    String asked = Upgrades.subprotocols(request);
    List<String> offered = Arrays.stream(asked.split(",")).map(String::strip).toList();
    for (String subprotocol : SUBPROTOCOLS) {
      if (offered.contains(subprotocol)) {
        upgrade(ctx, request, subprotocol);
        return;
      }
    }
    HttpAnswers.answerAndClose(
        ctx.channel(),
        HttpAnswers.problem(
            HttpResponseStatus.BAD_REQUEST,
            ErrorCode.INVALID_ARGUMENT,
            "no common subprotocol: offer mqtt"));
  }

  private void upgrade(ChannelHandlerContext ctx, FullHttpRequest request, String subprotocol) {
    Channel channel = ctx.channel();
    ChannelFuture handshaken =
        new WebSocketServerHandshaker13(null, subprotocol, frames)
            .handshake(channel, request, null, channel.newPromise());
    channel.pipeline().remove(Deadline.class);
    ctx.pipeline().replace(ctx.handler(), "frames", new BinaryFrames());
    begin(channel.pipeline());
    Upgrades.closeUnlessWritten(handshaken);
  }
}
