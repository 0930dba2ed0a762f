package org.viesti.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * All devices of a load generator, on one event loop: it costs least, and nothing here needs a
 * lock. What is not in {@link Clients} belongs to that loop.
 */
final class Fleet implements Clients {
  /** So many handshakes at a time: the listener's backlog is not what is measured. */
  private static final int CONNECTING = 32;

  private static final int COMPLAINTS = 5;
  private static final int RETRY_MILLIS = 10;
  private static final long HOLD_MILLIS = 1_000;

  final Plan plan;
  final FrameScan scan = new FrameScan();
  final byte[] padding;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final Device[] devices;
  private final long[] heads;
  private final Pace pace;
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private int connecting;
  private int ready;
  private long sweptSince;
  private long swept;
  private long posts;
  private int complaints;

  Tally tally = new Tally();
  long unanswered;
  long lost;
  long disordered;
  long errors;

  Fleet(Plan plan) {
    this.plan = plan;
    this.padding =
        (" " + "x".repeat(plan.textBytes())).substring(0, plan.textBytes() - 20).getBytes(US_ASCII);
    this.loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()).next();
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .remoteAddress("127.0.0.1", plan.live());
    this.devices = new Device[plan.connect()];
    this.heads = new long[plan.topology().rooms()];
    int[][] rooms = plan.topology().roomsByUser();
    for (int user = 0; user < devices.length; user++) {
      devices[user] = new Device(this, user, rooms[user]);
    }
    this.pace = new Pace(this, loop);
  }

  @Override
  public void connect() {
    loop.execute(
        () -> {
          for (int i = 0; i < CONNECTING; i++) {
            connectNext();
          }
        });
    connected.join();
    sweptSince = now();
    loop.scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.MILLISECONDS);
  }

  private void connectNext() {
    if (connecting == devices.length) {
      return;
    }
    Device device = devices[connecting++];
    ChannelFuture connect = bootstrap.clone().handler(pipeline(device)).connect();
    connect.addListener(
        done -> {
          if (!done.isSuccess()) {
            connected.completeExceptionally(done.cause());
          }
        });
  }

  private ChannelInitializer<Channel> pipeline(Device device) {
    String user = Topology.userId(device.user);
    WebSocketClientProtocolConfig config =
        WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(URI.create("ws://127.0.0.1:" + plan.live() + "/ws"))
            .version(WebSocketVersion.V13)
            .subprotocol("viesti.v1.json")
            .customHeaders(
                new DefaultHttpHeaders()
                    .add("Authorization", "Bearer " + Tokens.sign(plan.secret(), user, "phone")))
            .withUTF8Validator(false)
            .build();
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(8192),
                new WebSocketClientProtocolHandler(config),
                device);
      }
    };
  }

  /** One more device has caught up. */
  void ready() {
    if (++ready == devices.length) {
      connected.complete(null);
    } else {
      connectNext();
    }
  }

  /** Visits the devices evenly over the time: a fleet's acks do not come all at once. */
  private void sweep() {
    long now = now();
    long until = (long) ((now - sweptSince) / 1e6 / plan.ackMillis() * devices.length);
    for (; swept < until; swept++) {
      devices[(int) (swept % devices.length)].sweep(now);
    }
  }

  /** A post was acknowledged. */
  void recorded(Device sender, int room, long seq, long nanos) {
    tally.acked(nanos);
    unanswered--;
    heads[room] = Math.max(heads[room], seq);
    pace.answered(sender);
  }

  /** The node refused something. */
  void refused(Device sender, FrameScan frame) {
    unanswered--;
    errors++;
    complain(sender, frame.toString());
    loop.schedule(
        () -> {
          pace.answered(sender);
          sender.flush();
        },
        RETRY_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** A device lost its connection. */
  void broke(Device device, String why) {
    errors++;
    complain(device, why);
    connected.completeExceptionally(new IllegalStateException("user " + device.user + ": " + why));
  }

  private void complain(Device device, String what) {
    if (complaints++ < COMPLAINTS) {
      System.err.println("generator: user " + device.user + ": " + what);
    }
  }

  long nextPost() {
    unanswered++;
    return posts++;
  }

  Device device(int user) {
    return devices[user];
  }

  @Override
  public void begin(Load load) {
    ask(
        () -> {
          lost = 0;
          disordered = 0;
          errors = 0;
          if (load.receivers() == Load.Receivers.ONE_STALLED) {
            last().stall();
          }
          pace.start(load);
          return load;
        });
  }

  @Override
  public long end(Load load) {
    ask(
        () -> {
          pace.stop();
          return load;
        });
    return load.receivers() == Load.Receivers.ONE_STALLED ? release() : 0;
  }

  /** The stalled device reads all it can get without an ack, and only then acknowledges. */
  private long release() {
    ask(
        () -> {
          last().readAgain();
          return true;
        });
    try {
      Thread.sleep(HOLD_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return ask(last()::speakAgain);
  }

  private Device last() {
    return devices[devices.length - 1];
  }

  long now() {
    return System.nanoTime();
  }

  @Override
  public Tally nextTally() {
    return ask(
        () -> {
          Tally before = tally;
          before.until = now();
          tally = new Tally();
          return before;
        });
  }

  @Override
  public long outstanding() {
    return ask(() -> unanswered + behind());
  }

  @Override
  public Faults faults() {
    return ask(() -> new Faults(lost + behind(), disordered, errors + unanswered));
  }

  /** Positions that have not reached a device. */
  private long behind() {
    long behind = 0;
    for (Device device : devices) {
      behind += device.behind(heads);
    }
    return behind;
  }

  private <T> T ask(Callable<T> question) {
    try {
      return loop.submit(question).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
