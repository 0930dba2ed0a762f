package org.viesti.edge.bridge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the other broker: MQTT 3.1.1, with a session that the other broker keeps, by
 * Eclipse Paho's client. None of its methods blocks; what it hears it tells on Paho's threads. It
 * is not used again once it is lost.
 *
 * <p>What comes is acknowledged when it is told to, not before. At most a window of it is told
 * without having been {@link #done}; past it the socket is not read.
 */
final class Remote {
  /** What it hears. */
  sealed interface News {
    Remote from();
  }

  /**
   * It may be given messages.
   *
   * @param refused filters that it may not subscribe with
   */
  record Connected(Remote from, List<String> refused) implements News {}

  /** It is of no more use; may come several times. */
  record Lost(Remote from, String why) implements News {}

  /** A message of the remote's, to be {@link #done} with. */
  record Arrived(Remote from, String topic, byte[] payload, int qos, boolean retain, int id)
      implements News {}

  /** The remote has acknowledged a message; one of QoS 0 has gone. */
  record Given(Remote from, int delivery) implements News {}

  private static final Logger LOG = LoggerFactory.getLogger(Remote.class);
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  /** Time enough for Paho's threads to have started once there is a socket. */
  private static final Duration STARTED = Duration.ofSeconds(2);

  /** SUBACK: the filter is not in force. */
  private static final int REFUSED = 0x80;

  private final BridgeSettings settings;
  private final Consumer<News> ear;
  private final Semaphore room;
  private final MqttAsyncClient client;
  private volatile boolean closed;

  /** It is connected, or failed to be. */
  private final CompletableFuture<Done> settled = new CompletableFuture<>();

  private Remote(BridgeSettings settings, Consumer<News> ear) throws MqttException {
    this.settings = settings;
    this.ear = ear;
    this.room = new Semaphore(settings.window());
    this.client = new MqttAsyncClient(settings.uri(), settings.clientId(), new MemoryPersistence());
  }

  /** Begins to connect; the ear hears how that ends. */
  static Remote connect(BridgeSettings settings, Consumer<News> ear) {
    try {
      Remote remote = new Remote(settings, ear);
      remote.connect();
      return remote;
    } catch (MqttException e) {
      throw new IllegalStateException(e); // the uri was checked
    }
  }

  private void connect() {
    // Before it connects: what the remote kept comes as soon as it has.
    client.setManualAcks(true);
    client.setCallback(new Ears());
    try {
      client.connect(
          options(),
          null,
          new IMqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
              settled.complete(Done.getInstance());
              subscribe();
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
              settled.complete(Done.getInstance());
              lost(cause);
            }
          });
    } catch (MqttException e) {
      settled.complete(Done.getInstance());
      lost(e);
    }
  }

  private MqttConnectOptions options() {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(false);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    options.setConnectionTimeout((int) Math.ceilDiv(settings.connectTimeout().toMillis(), 1000));
    // Twice: those of QoS 0 come on top.
    options.setMaxInflight(2 * settings.window() + 1);
    BridgeSettings.Login login = settings.login();
    if (login != null) {
      options.setUserName(login.username());
      options.setPassword(login.password().toCharArray());
    }
    if (settings.trust() != null) {
      options.setSocketFactory(settings.trust());
    }
    return options;
  }

  private void subscribe() {
    if (closed) {
      return;
    }
    List<BridgedTopic> in = settings.topics().stream().filter(BridgedTopic::in).toList();
    if (in.isEmpty()) {
      ear.accept(new Connected(this, List.of()));
      return;
    }
    String[] filters = in.stream().map(each -> each.remote().text()).toArray(String[]::new);
    int[] qos = in.stream().mapToInt(BridgedTopic::qos).toArray();
    try {
      client.subscribe(
          filters, qos, null, listener(token -> ear.accept(new Connected(this, refused(token)))));
    } catch (MqttException e) {
      lost(e);
    }
  }

  private static List<String> refused(IMqttToken token) {
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < token.getGrantedQos().length; i++) {
      if (token.getGrantedQos()[i] == REFUSED) {
        refused.add(token.getTopics()[i]);
      }
    }
    return refused;
  }

  /**
   * Gives it a message; {@link Given} tells when that is certain.
   *
   * @throws IllegalArgumentException if nobody can publish to that topic
   */
  void give(String topic, byte[] payload, int qos, boolean retain, int delivery) {
    try {
      client.publish(
          topic,
          payload,
          qos,
          retain,
          null,
          listener(token -> ear.accept(new Given(this, delivery))));
    } catch (MqttException e) {
      lost(e);
    }
  }

  /** The message is taken care of: the remote need not send it again. */
  void done(Arrived message) {
    room.release();
    try {
      client.messageArrivedComplete(message.id(), message.qos());
    } catch (MqttException e) {
      lost(e);
    }
  }

  /** Leaves, with what was not done left undone. */
  void close() {
    closed = true;
    room.release(settings.window()); // nobody waits for ever
    // A client that is closed while its threads start leaves one of them behind.
    settled
        .completeOnTimeout(
            Done.getInstance(),
            settings.connectTimeout().plus(STARTED).toMillis(),
            TimeUnit.MILLISECONDS)
        .thenRun(() -> Thread.startVirtualThread(this::hangUp));
  }

  private void hangUp() {
    try {
      client.disconnectForcibly(0, LAST_WORD.toMillis(), client.isConnected());
      client.close(true);
    } catch (MqttException e) {
      LOG.debug("bridge {}: while closing", settings.name(), e);
    }
  }

  private void lost(Throwable cause) {
    if (!closed) {
      Throwable root = cause;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      ear.accept(new Lost(this, root instanceof MqttException ? root.toString() : said(root)));
    }
  }

  private static String said(Throwable root) {
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private IMqttActionListener listener(Consumer<IMqttToken> then) {
    return new IMqttActionListener() {
      @Override
      public void onSuccess(IMqttToken token) {
        then.accept(token);
      }

      @Override
      public void onFailure(IMqttToken token, Throwable cause) {
        lost(cause);
      }
    };
  }

  private final class Ears implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) throws InterruptedException {
      room.acquire();
      if (!closed) {
        ear.accept(
            new Arrived(
                Remote.this,
                topic,
                message.getPayload(),
                message.getQos(),
                message.isRetained(),
                message.getId()));
      }
    }

    @Override
    public void connectionLost(Throwable cause) {
      lost(cause);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {} // each has its listener
  }
}
