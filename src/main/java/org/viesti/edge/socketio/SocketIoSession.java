package org.viesti.edge.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.edge.Unopened;

/**
 * One client, on one event loop whatever transports it uses: a WebSocket that was upgraded to may
 * be another loop's. Its life is a {@link Phase}.
 */
final class SocketIoSession implements SocketIo {
  private static final Logger LOG = LoggerFactory.getLogger(SocketIoSession.class);
  private static final Phase IDLE = new Phase.Idle();
  private static final Phase OVER = new Phase.Over();

  /** A client that does not end by itself what is over is cut off after this. */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

  private final SocketIoEdge edge;
  private final EventExecutor loop;
  private final String sid;
  private final String address;
  private final RateLimit rate;
  private final Heartbeat heartbeat;

  @SuppressWarnings("NullAway.Init") // it is opened before anyone asks
  private volatile Transport transport;

  /** False: it is one too many of its address. */
  private boolean letIn;

  private volatile boolean reading = true;
  private Phase phase = IDLE;

  /** Binary packets that belong to the last event. */
  private int attachments;

  /** The events of the current read. */
  private @Nullable List<Incoming> burst;

  /**
   * @param sid of Engine.IO
   */
  SocketIoSession(SocketIoEdge edge, EventExecutor loop, String sid, String address) {
    this.edge = edge;
    this.loop = loop;
    this.sid = sid;
    this.address = address;
    this.rate = new RateLimit(edge.settings.rate(), System.nanoTime());
    this.heartbeat = new Heartbeat(this, loop);
  }

  /** On its event loop. */
  void open(Transport first) {
    transport = first;
    letIn = edge.addresses.enter(address);
    boolean upgradable = first instanceof PollingTransport;
    first.send(PacketWriter.open(sid, upgradable, edge.settings));
    heartbeat.start();
  }

  SocketIoSettings settings() {
    return edge.settings;
  }

  /** Does something on the session's event loop, at once if that is this thread's. */
  void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      queue(task);
    }
  }

  /** The same after what is under way; a loop that has stopped has no client left to do it for. */
  private void queue(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("encode: the listener has stopped", e);
    }
  }

  void later(Duration time, Runnable task) {
    var _ = loop.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  // The socket's upper side, for any thread.

  @Override
  public void send(List<Outgoing> packets) {
    queue(
        () -> {
          switch (phase) {
            case Phase.Connected _ -> transport.send(packets);
            case Phase.Connecting(var _, var waiting) -> waiting.addAll(packets);
            case Phase.Idle _, Phase.Over _ -> {}
          }
        });
  }

  @Override
  public boolean writable() {
    return transport.writable();
  }

  @Override
  public void reading(boolean on) {
    queue(
        () -> {
          reading = on;
          heartbeat.heard(); // it had no chance before
          if (phase instanceof Phase.Connected) {
            transport.reading(on);
          }
        });
  }

  @Override
  public void disconnect() {
    queue(this::disconnectNow);
  }

  @Override
  public void drop() {
    queue(() -> end("server drop"));
  }

  private void disconnectNow() {
    if (!(phase instanceof Phase.Over)) {
      transport.send(PacketWriter.DISCONNECT);
      end("server disconnect");
    }
  }

  @Override
  public String address() {
    return address;
  }

  // What the client says.

  /** What came over a transport, all at once; from the transport's thread. */
  void received(Transport from, List<EnginePacket> packets) {
    onLoop(
        () -> {
          if (from == transport) {
            heartbeat.heard();
            packets.forEach(this::take);
            tellBurst();
          }
        });
  }

  private void take(EnginePacket packet) {
    if (phase instanceof Phase.Over) {
      return;
    }
    switch (packet) {
      case EnginePacket.Message(SocketPacket content) when attachments == 0 -> said(content);
      case EnginePacket.Attachment _ when attachments > 0 -> attachments--;
      case EnginePacket.Close _ -> end("transport close");
      case EnginePacket.Pong _, EnginePacket.Noop _, EnginePacket.Upgrade _ -> {}
      case EnginePacket.Broken(String why) -> {
        LOG.debug("decode: {} said {}", address, why);
        end("parse error");
      }
      case EnginePacket.Message _, EnginePacket.Attachment _, EnginePacket.Probe _ ->
          end("parse error");
    }
  }

  private void said(SocketPacket packet) {
    if (!packet.namespace().equals("/")) {
      if (packet instanceof SocketPacket.Connect && transport.writable()) {
        transport.send(PacketWriter.refused(packet.namespace(), "Invalid namespace"));
      } else {
        end("parse error");
      }
      return;
    }
    switch (packet) {
      case SocketPacket.Connect(var _, JsonNode auth) when phase instanceof Phase.Idle ->
          connect(auth);
      case SocketPacket.Event event when !(phase instanceof Phase.Idle) -> {
        attachments = event.attachments();
        event(event.incoming());
      }
      case SocketPacket.Ack ack when !(phase instanceof Phase.Idle) ->
          attachments = ack.attachments();
      case SocketPacket.Disconnect _ -> end(Served.BY_CLIENT);
      default -> end("parse error");
    }
  }

  private void event(Incoming event) {
    switch (rate.event(System.nanoTime())) {
      case SERVED -> {
        if (burst == null) {
          burst = new ArrayList<>(4);
        }
        burst.add(event);
      }
      case ONE_TOO_MANY ->
          send(List.of(ServerErrors.event("rate limit exceeded, temporarily blocked")));
      case DROPPED -> {}
    }
  }

  private void tellBurst() {
    if (burst == null) {
      return;
    }
    List<Incoming> events = burst;
    burst = null;
    switch (phase) {
      case Phase.Connected(Served served) -> served.events(events);
      case Phase.Connecting(var waiting, var _) -> waiting.addAll(events);
      case Phase.Idle _, Phase.Over _ -> {}
    }
  }

  // Connecting to the namespace.

  private void connect(JsonNode auth) {
    Phase.Connecting connecting = new Phase.Connecting();
    phase = connecting;
    if (!letIn) {
      transport.send(PacketWriter.connected(Sids.next(), null));
      transport.send(
          List.of(ServerErrors.event("too many concurrent connections from this address")));
      disconnectNow();
      return;
    }
    transport.reading(false);
    asked(auth)
        .whenComplete((accepted, failure) -> queue(() -> connected(connecting, accepted, failure)));
  }

  private CompletionStage<Clients.Accepted> asked(JsonNode auth) {
    try {
      return edge.clients.connect(this, auth);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void connected(
      Phase.Connecting connecting,
      Clients.@Nullable Accepted accepted,
      @Nullable Throwable failure) {
    if (phase != connecting) {
      if (accepted != null) {
        accepted.served().closed("transport close");
      }
      return;
    }
    if (accepted == null) {
      phase = IDLE;
      transport.send(PacketWriter.refused("/", Unopened.refusal(failure).detail()));
      transport.reading(true);
      return;
    }
    phase = new Phase.Connected(accepted.served());
    transport.send(PacketWriter.connected(accepted.sid(), accepted.pid()));
    if (!connecting.packets().isEmpty()) {
      transport.send(connecting.packets());
    }
    transport.reading(reading);
    if (!connecting.events().isEmpty()) {
      accepted.served().events(connecting.events());
    }
  }

  // Transports.

  /** The transport takes more again; from its thread. */
  void writableAgain(Transport of) {
    onLoop(
        () -> {
          if (of == transport && phase instanceof Phase.Connected(Served served)) {
            served.writable();
          }
        });
  }

  /** A WebSocket works: the client is waiting for the end of its poll. */
  void probed() {
    onLoop(
        () -> {
          if (transport instanceof PollingTransport polling) {
            polling.release();
          }
        });
  }

  void upgraded(WebSocketTransport to) {
    onLoop(
        () -> {
          if (!(transport instanceof PollingTransport polling)) {
            to.cut();
            return;
          }
          transport = to;
          edge.forget(sid);
          polling.handOver(to);
          switch (phase) {
            case Phase.Over _ -> to.close();
            case Phase.Connecting _ -> to.reading(false);
            case Phase.Idle _, Phase.Connected _ -> to.reading(reading);
          }
        });
  }

  /** A transport is gone; from its thread. */
  void lost(Transport gone) {
    onLoop(
        () -> {
          if (gone == transport) {
            over("transport close");
            gone.cut();
            edge.forget(sid);
          }
        });
  }

  /** A transport was used against its rules; from its thread. */
  void broken(Transport from) {
    onLoop(
        () -> {
          if (from == transport) {
            end("transport error");
          }
        });
  }

  // Time.

  /** Whether it would be heard if the client said something. */
  boolean listens() {
    return reading;
  }

  void ping() {
    if (phase instanceof Phase.Connected) {
      transport.send(PacketWriter.PING);
    } else {
      end("connect timeout");
    }
  }

  void silent() {
    end("ping timeout");
  }

  // The end.

  private void end(String reason) {
    if (over(reason)) {
      transport.close();
      later(
          CLOSE_GRACE,
          () -> {
            transport.cut();
            edge.forget(sid);
          });
    }
  }

  /** False: it was already. */
  private boolean over(String reason) {
    if (phase instanceof Phase.Over) {
      return false;
    }
    tellBurst();
    Phase was = phase;
    phase = OVER;
    heartbeat.stop();
    if (letIn) {
      edge.addresses.leave(address);
    }
    if (was instanceof Phase.Connected(Served served)) {
      served.closed(reason);
    }
    return true;
  }
}
