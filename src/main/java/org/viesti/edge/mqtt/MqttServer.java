package org.viesti.edge.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.CannotListen;
import org.viesti.edge.Listener;
import org.viesti.edge.LiveSettings;

/** The listeners for MQTT: over TCP, and over TLS if there is a certificate. */
public final class MqttServer {
  private final List<Listener> listeners;

  private MqttServer(List<Listener> listeners) {
    this.listeners = listeners;
  }

  /**
   * Listens before it returns, unless plain TCP is switched off and there is no certificate; throws
   * {@link CannotListen}.
   */
  public static Optional<MqttServer> start(MqttEdge edge) {
    MqttSettings settings = edge.settings;
    SslContext tls = settings.tls() == null ? null : tls(settings.tls(), settings.clients());
    List<Listener> listeners = new ArrayList<>(2);
    try {
      if (settings.enabled()) {
        listeners.add(
            Listener.start(
                "mqtt",
                "MQTT",
                "viesti.mqtt.host and viesti.mqtt.port",
                settings.host(),
                settings.port(),
                settings.threadsOrHalf(),
                new FirstHandlers(edge, null)));
      }
      if (tls != null) {
        listeners.add(
            Listener.start(
                "mqtt-tls",
                "MQTT over TLS",
                "viesti.mqtt.host and viesti.mqtt.tls.port",
                settings.host(),
                settings.tlsPort(),
                settings.threadsOrHalf(),
                new FirstHandlers(edge, tls)));
      }
    } catch (CannotListen e) {
      listeners.forEach(Listener::stop);
      throw e;
    }
    return listeners.isEmpty() ? Optional.empty() : Optional.of(new MqttServer(listeners));
  }

  private static SslContext tls(LiveSettings.Tls tls, MqttSettings.@Nullable Clients clients) {
    return clients == null
        ? Listener.tls("mqtt", tls)
        : Listener.mutualTls("mqtt", tls, clients.authority(), clients.required());
  }

  /** What every channel begins with. */
  private static final class FirstHandlers extends ChannelInitializer<Channel> {
    private final MqttEdge edge;
    private final @Nullable SslContext tls;

    FirstHandlers(MqttEdge edge, @Nullable SslContext tls) {
      this.edge = edge;
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
      }
      edge.begin(channel.pipeline());
    }
  }

  /**
   * Where it listens, for plain TCP if that is on; the port is the real one if port 0 was asked
   * for.
   */
  public InetSocketAddress address() {
    return listeners.getFirst().address();
  }

  /** Where it listens for TLS, if there is a certificate. */
  public InetSocketAddress secureAddress() {
    return listeners.getLast().address();
  }

  /** Accepts no more; open streams go on. */
  public CompletionStage<?> unbind() {
    return all(Listener::unbind);
  }

  /** Closes whatever is left, after it was told. */
  public CompletionStage<?> stop() {
    return all(Listener::stop);
  }

  private CompletionStage<?> all(Function<Listener, CompletionStage<?>> step) {
    return CompletableFuture.allOf(
        listeners.stream()
            .map(listener -> step.apply(listener).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
