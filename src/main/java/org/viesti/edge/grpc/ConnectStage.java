package org.viesti.edge.grpc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.InHandler;
import org.apache.pekko.stream.stage.OutHandler;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.CloseCause;
import org.viesti.connection.Connections;
import org.viesti.connection.DeviceConnection;
import org.viesti.connection.Wire;
import org.viesti.edge.Callers;
import org.viesti.edge.LiveSettings;
import org.viesti.edge.ProtoFrames;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;
import org.viesti.protocol.ServerFrame;
import scala.jdk.javaapi.FutureConverters;

/**
 * One Connect call, from its client's frames to the server's: joins the stream to its connection's
 * actor, and decides nothing.
 *
 * <pre>
 *   Greeting --- hello, another frame, or hello-grace is over ---> Opening ---> Open --- close cause ---> Closing
 *      | no token, or a wrong one                                     | refused                              | all is out
 *      +--------------------------------------------------------------+--------------------------------------+--> failed
 *   any of them --- the client ends or breaks its side ---> completed
 * </pre>
 *
 * <p>Demand is the back-pressure both ways: no frame is asked for while reading is off, and what
 * the client does not take waits here until the connection stops writing.
 */
final class ConnectStage
    extends GraphStage<
        FlowShape<org.viesti.protocol.v1.ClientFrame, org.viesti.protocol.v1.ServerFrame>> {
  private static final ClientFrame.Hello NO_HELLO = new ClientFrame.Hello(null, null, null, null);

  /**
   * Bytes that wait for the client: above the first the stream is not writable until below the
   * second, as in Netty.
   */
  private static final int HIGH_WATER = 64 * 1024;

  private static final int LOW_WATER = 32 * 1024;

  private final Callers callers;
  private final Connections connections;
  private final LiveSettings settings;
  private final @Nullable String token;
  private final Inlet<org.viesti.protocol.v1.ClientFrame> in = Inlet.create("Connect.in");
  private final Outlet<org.viesti.protocol.v1.ServerFrame> out = Outlet.create("Connect.out");

  /**
   * @param token that came with the call; null: the hello must bring one
   */
  ConnectStage(
      Callers callers, Connections connections, LiveSettings settings, @Nullable String token) {
    this.callers = callers;
    this.connections = connections;
    this.settings = settings;
    this.token = token;
  }

  @Override
  public FlowShape<org.viesti.protocol.v1.ClientFrame, org.viesti.protocol.v1.ServerFrame> shape() {
    return FlowShape.of(in, out);
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Session();
  }

  private sealed interface Phase {
    /** Waits for a hello. */
    record Greeting() implements Phase {}

    /** The connection is being opened; what the client said meanwhile waits. */
    record Opening(List<DeviceConnection.Command> waiting) implements Phase {}

    record Open(ActorRef<DeviceConnection.Command> connection) implements Phase {}

    /** What was sent goes out, then the stream fails for its cause. */
    record Closing(CloseCause cause) implements Phase {}
  }

  /** How opening a connection ended. */
  private record Opened(
      @Nullable ActorRef<DeviceConnection.Command> connection, @Nullable Throwable failure) {}

  private final class Session extends TimerGraphStageLogic implements InHandler, OutHandler, Wire {
    private final Queue<org.viesti.protocol.v1.ServerFrame> queue = new ArrayDeque<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean full = new AtomicBoolean();
    private final AsyncCallback<List<org.viesti.protocol.v1.ServerFrame>> onSend =
        createAsyncCallback(this::enqueue);
    private final AsyncCallback<Boolean> onReading = createAsyncCallback(this::setReading);
    private final AsyncCallback<CloseCause> onClose = createAsyncCallback(this::farewell);
    private final AsyncCallback<Opened> onOpened = createAsyncCallback(this::opened);
    private volatile @Nullable ActorRef<DeviceConnection.Command> connection;
    private Phase phase = new Phase.Greeting();
    private boolean reading = true;

    Session() {
      super(ConnectStage.this.shape());
      setHandler(in, this);
      setHandler(out, this);
    }

    @Override
    public void preStart() {
      scheduleOnce("hello", token == null ? settings.helloTimeout() : settings.helloGrace());
      pull(in);
    }

    @Override
    public void onTimer(Object key) {
      if (phase instanceof Phase.Greeting && token != null) {
        open(token, NO_HELLO);
      } else if (phase instanceof Phase.Greeting) {
        refuse(ErrorCode.UNAUTHENTICATED, "no hello with a token came in time");
      } else if (phase instanceof Phase.Opening) {
        refuse(ErrorCode.UNAVAILABLE, "the stream could not be opened in time");
      }
    }

    private void refuse(ErrorCode code, String detail) {
      failStage(new Refused(code, detail));
    }

    // Decode: what the client sends.

    @Override
    public void onPush() {
      org.viesti.protocol.v1.ClientFrame raw = grab(in);
      try {
        ClientFrame frame = ProtoFrames.frame(raw);
        if (phase instanceof Phase.Greeting) {
          greet(frame);
        } else {
          tell(new DeviceConnection.Frames(List.of(frame)));
        }
      } catch (Refused refused) {
        malformed(refused);
      }
      readOn();
    }

    private void malformed(Refused refused) {
      if (phase instanceof Phase.Greeting) {
        if (token == null) {
          failStage(refused);
          return;
        }
        open(token, NO_HELLO);
      }
      tell(new DeviceConnection.Malformed(refused.refusal(), refused.request()));
    }

    private void greet(ClientFrame first) {
      ClientFrame.Hello hello = first instanceof ClientFrame.Hello said ? said : NO_HELLO;
      String bearer = token == null ? hello.token() : token;
      if (bearer == null) {
        refuse(
            ErrorCode.UNAUTHENTICATED,
            "no token came with the call: the first frame must be hello, with one");
        return;
      }
      open(bearer, hello);
      if (hello != first) {
        tell(new DeviceConnection.Frames(List.of(first)));
      }
    }

    private void tell(DeviceConnection.Command command) {
      switch (phase) {
        case Phase.Opening(var waiting) -> waiting.add(command);
        case Phase.Open(var open) -> open.tell(command);
        case Phase.Greeting _, Phase.Closing _ -> {}
      }
    }

    /** While the connection is being opened no more is asked for than what was. */
    private void readOn() {
      if (reading && !(phase instanceof Phase.Opening) && !hasBeenPulled(in) && !isClosed(in)) {
        pull(in);
      }
    }

    @Override
    public void onUpstreamFinish() {
      // While opening: what was said before the client left counts, as it would on an open stream.
      if (!(phase instanceof Phase.Opening)) {
        completeStage();
      }
    }

    /** Unless it was we who refused, the link broke: nobody is there to be told. */
    @Override
    public void onUpstreamFailure(Throwable failure) {
      if (failure instanceof Refused) {
        failStage(failure);
      } else {
        completeStage();
      }
    }

    // Admit: from the first frame to an open connection.

    private void open(String bearer, ClientFrame.Hello hello) {
      phase = new Phase.Opening(new ArrayList<>(2));
      scheduleOnce("hello", settings.helloTimeout());
      callers
          .bearer(bearer)
          .thenCompose(principal -> connections.open(principal, this, hello))
          .whenComplete(
              (opened, failure) ->
                  FutureConverters.asJava(onOpened.invokeWithFeedback(new Opened(opened, failure)))
                      .exceptionally(
                          stopped -> {
                            if (opened != null) {
                              opened.tell(new DeviceConnection.Closed());
                            }
                            return null;
                          }));
    }

    private void opened(Opened how) {
      ActorRef<DeviceConnection.Command> opened = how.connection();
      if (opened == null) {
        failStage(how.failure() == null ? new IllegalStateException("connection") : how.failure());
        return;
      }
      connection = opened;
      if (!(phase instanceof Phase.Opening(var waiting))) {
        return;
      }
      phase = new Phase.Open(opened);
      cancelTimer("hello");
      waiting.forEach(opened::tell);
      if (isClosed(in)) {
        completeStage();
      } else {
        readOn();
      }
    }

    // Encode: what the connection sends.

    @Override
    public void send(List<ServerFrame> frames) {
      List<org.viesti.protocol.v1.ServerFrame> made =
          frames.stream().map(ProtoFrames::frame).toList();
      long bytes = 0;
      for (org.viesti.protocol.v1.ServerFrame frame : made) {
        bytes += frame.getSerializedSize();
      }
      if (queuedBytes.addAndGet(bytes) > HIGH_WATER) {
        full.set(true);
      }
      onSend.invoke(made);
    }

    @Override
    public boolean writable() {
      return !full.get();
    }

    @Override
    public void reading(boolean on) {
      onReading.invoke(on);
    }

    @Override
    public void close(CloseCause cause) {
      onClose.invoke(cause);
    }

    private void enqueue(List<org.viesti.protocol.v1.ServerFrame> frames) {
      if (!(phase instanceof Phase.Closing)) {
        queue.addAll(frames);
        if (isAvailable(out)) {
          onPull();
        }
      }
    }

    @Override
    public void onPull() {
      org.viesti.protocol.v1.ServerFrame next = queue.poll();
      if (next != null) {
        push(out, next);
        taken(next.getSerializedSize());
      }
      if (queue.isEmpty() && phase instanceof Phase.Closing(var cause)) {
        end(cause);
      }
    }

    private void taken(int bytes) {
      ActorRef<DeviceConnection.Command> to = connection;
      if (queuedBytes.addAndGet(-bytes) < LOW_WATER
          && full.compareAndSet(true, false)
          && to != null) {
        to.tell(new DeviceConnection.Writable());
      }
    }

    private void setReading(boolean on) {
      reading = on;
      readOn();
    }

    // Close.

    private void farewell(CloseCause cause) {
      phase = new Phase.Closing(cause);
      if (queue.isEmpty()) {
        end(cause);
      }
    }

    private void end(CloseCause cause) {
      if (cause instanceof CloseCause.ClientGone) {
        completeStage();
      } else {
        failStage(new Refused(cause.refusal()));
      }
    }

    @Override
    public void postStop() {
      ActorRef<DeviceConnection.Command> gone = connection;
      if (gone != null) {
        gone.tell(new DeviceConnection.Closed());
      }
    }
  }
}
