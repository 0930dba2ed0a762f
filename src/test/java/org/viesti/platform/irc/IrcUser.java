package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/** An actor with a session of IRC, and the host that the session is given. */
final class IrcUser implements Platform.Host, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IrcUser.class);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();
  private static final int PATIENCE_S = 10;

  final BlockingQueue<Activity> told = new LinkedBlockingQueue<>();
  final List<String> renamed = new CopyOnWriteArrayList<>();
  final AtomicInteger asked = new AtomicInteger();

  /** One for each event that may be told. */
  final Semaphore keepsUp = new Semaphore(Integer.MAX_VALUE);

  private final ExecutorService jobs = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, String> settings;
  private final Platform.Session session;
  private String nick;
  volatile @Nullable ObjectNode credentials;

  /**
   * @param more keys and values of the settings, in turn
   */
  IrcUser(String nick, int port, String... more) {
    this.nick = nick;
    credentials =
        json("{'type':'credentials','server':'127.0.0.1','secure':false}")
            .put("nick", nick)
            .put("port", port);
    settings = settings(more);
    session = new IrcPlatform().open(this);
  }

  static Map<String, String> settings(String... more) {
    Map<String, String> settings = new HashMap<>();
    ConfigFactory.parseResources("reference.conf")
        .getConfig("viesti.gateway.platforms.irc")
        .entrySet()
        .forEach(
            entry -> settings.put(entry.getKey(), String.valueOf(entry.getValue().unwrapped())));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  /** With single quotes. */
  static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is to be in its credentials. */
  IrcUser with(String key, Object value) {
    ObjectNode changed = given().deepCopy();
    changed.putPOJO(key, value);
    credentials = json(changed.toString());
    return this;
  }

  private ObjectNode given() {
    ObjectNode given = credentials;
    if (given == null) {
      throw new AssertionError("no credentials");
    }
    return given;
  }

  // Jobs.

  /**
   * @param rest of the request: target and object
   */
  void run(String verb, String rest) throws PlatformFailure, InterruptedException {
    ObjectNode request = json("{" + rest + "}");
    request.put("type", verb);
    request.set("actor", json("{'type':'person'}").put("id", actor()).put("name", nick));
    boolean needs = new IrcPlatform().description().needsCredentials().contains(verb);
    Activity asked = new Activity("irc", request);
    assertThat(session.run(asked, needs ? given().deepCopy() : null)).isNull();
  }

  /** The same, while the test does something else. */
  CompletableFuture<Void> start(String verb, String rest) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            run(verb, rest);
          } catch (PlatformFailure e) {
            throw new IllegalStateException(e.text());
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        jobs);
  }

  IrcUser connect() throws Exception {
    run("connect", "");
    return this;
  }

  void join(String channel) throws Exception {
    run("join", room(channel));
  }

  void say(String channel, String text) throws Exception {
    run("send", room(channel) + "," + message(text));
  }

  void tell(String other, String text) throws Exception {
    run("send", person(other) + "," + message(text));
  }

  void topic(String channel, String text) throws Exception {
    run("update", room(channel) + ",'object':{'type':'topic','content':'" + text + "'}");
  }

  void nick(String name) throws Exception {
    run("update", person(name) + ",'object':{'type':'address'}");
  }

  static String room(String channel) {
    return "'target':{'type':'room','id':'%s@127.0.0.1','name':'%s'}"
        .formatted(channel.substring(1), channel);
  }

  static String person(String name) {
    return "'target':{'type':'person','id':'%s@127.0.0.1','name':'%s'}".formatted(name, name);
  }

  static String message(String text) {
    return "'object':{'type':'message','content':'" + text + "'}";
  }

  boolean connected() {
    return session.connected();
  }

  // Events.

  /** The next one, without its time, which is one. */
  JsonNode next() throws InterruptedException {
    Activity event = told.poll(PATIENCE_S, TimeUnit.SECONDS);
    assertThat(event).as("an event for " + nick).isNotNull();
    assertThat(event.platform()).isEqualTo("irc");
    if (event.json().has("published")) {
      assertThat(event.json().path("published").asText())
          .matches("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z");
    }
    return event.without("published").json();
  }

  void hears(String... events) throws InterruptedException {
    for (String event : events) {
      assertThat(next()).isEqualTo(json(event));
    }
  }

  /** The first of this type; those before it are dropped. */
  JsonNode next(String type) throws InterruptedException {
    JsonNode event = next();
    while (!event.path("type").asText().equals(type)) {
      event = next();
    }
    return event;
  }

  // The host.

  @Override
  public Map<String, String> settings() {
    return settings;
  }

  @Override
  public String actor() {
    return nick + "@127.0.0.1";
  }

  @Override
  public void tell(Activity event) throws InterruptedException {
    keepsUp.acquire();
    told.add(event);
  }

  @Override
  public @Nullable ObjectNode credentials() {
    asked.incrementAndGet();
    ObjectNode now = credentials;
    return now == null ? null : now.deepCopy();
  }

  @Override
  public void renamed(String actor, ObjectNode now) {
    renamed.add(actor);
    credentials = now;
    nick = now.path("nick").asText();
  }

  @Override
  public Logger log() {
    return LOG;
  }

  /** Closes the session; what runs is not interrupted. */
  void end() {
    session.close();
  }

  @Override
  public void close() {
    end();
    jobs.shutdownNow();
  }
}
