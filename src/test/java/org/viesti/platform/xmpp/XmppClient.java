package org.viesti.platform.xmpp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.platform.PlatformSchema;
import org.viesti.settings.SectionSettings;
import org.viesti.testkit.Await;
import org.viesti.testkit.Prosody;

/** An actor of the platform, and what it is told, which is held against the schema. */
final class XmppClient implements Platform.Host, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Logger LOG = LoggerFactory.getLogger(XmppClient.class);
  private static final JsonMapper LAX =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .build();
  private static final JsonSchema RESPONSES =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
          .getSchema(Objects.requireNonNull(PlatformSchema.load("xmpp").responses()));

  private final String name;
  private final Map<String, String> settings;
  private final Supplier<ObjectNode> credentials;
  private final Platform.Session session;

  private final List<Activity> told = new ArrayList<>();
  private final List<String> invalid = new ArrayList<>();
  private int heard;
  private boolean listening = true;
  private boolean beingTold;

  /**
   * @param settings instead of those of reference.conf
   */
  XmppClient(String name, Map<String, String> settings, Supplier<ObjectNode> credentials) {
    this.name = name;
    this.settings = defaults();
    this.settings.putAll(settings);
    this.credentials = credentials;
    this.session = new XmppPlatform().open(this);
  }

  static XmppClient of(Prosody prosody, String name, Map<String, String> settings) {
    return new XmppClient(
        name, settings, () -> credentials(name, "secret-" + name, prosody.port()));
  }

  /** Connected, and back soon after a loss. */
  static XmppClient connected(Prosody prosody, String name) throws Exception {
    XmppClient client =
        of(
            prosody,
            name,
            Map.of(
                "reconnect.first", "50ms", "reconnect.max", "200ms", "reconnect.attempts", "1000"));
    client.run("{type: 'connect'}");
    return client;
  }

  static Map<String, String> defaults() {
    return new TreeMap<>(
        Objects.requireNonNull(
            SectionSettings.of(ConfigFactory.parseResources("reference.conf"), "gateway")
                .open("platforms")
                .get("xmpp")));
  }

  static ObjectNode credentials(String name, String password, int port) {
    return json("{type: 'credentials', userAddress: '%s@localhost', resource: 'web', server: 'xmpp://127.0.0.1:%d'}"
            .formatted(name, port))
        .put("password", password);
  }

  static ObjectNode json(String lax) {
    try {
      return (ObjectNode) LAX.readTree(lax);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(lax, e);
    }
  }

  /** Has it done, as the actor; the request itself must be the result. */
  void run(String request) throws PlatformFailure, InterruptedException {
    ObjectNode json = json(request);
    if (!json.has("actor")) {
      json.set("actor", json("{type: 'person'}").put("id", name + "@localhost").put("name", name));
    }
    Activity activity = new Activity("xmpp", json);
    assertThat(session.run(activity, activity.type().equals("connect") ? credentials() : null))
        .isNull();
  }

  /** The text of the failure. */
  String fails(String request) throws InterruptedException {
    try {
      run(request);
    } catch (PlatformFailure failure) {
      return failure.text();
    }
    throw new AssertionError("done: " + request);
  }

  /** Whether what it is to be told fills its queue. */
  boolean isBehind() {
    return ((XmppSession) session).isBehind();
  }

  boolean isConnected() {
    return session.connected();
  }

  /** The next event that has all of this; what came before it is passed over. */
  ObjectNode hears(String part) {
    ObjectNode wanted = json(part);
    Await.until(
        PATIENCE, () -> name + " does not hear " + wanted + " but " + said(), () -> found(wanted));
    return told().get(heard - 1).json();
  }

  private synchronized boolean found(ObjectNode wanted) {
    for (int i = heard; i < told.size(); i++) {
      if (has(told.get(i).json(), wanted)) {
        heard = i + 1;
        return true;
      }
    }
    return false;
  }

  private static boolean has(@Nullable JsonNode all, JsonNode part) {
    if (all == null || !part.isObject()) {
      return part.equals(all);
    }
    return part.properties().stream().allMatch(one -> has(all.get(one.getKey()), one.getValue()));
  }

  synchronized List<Activity> told() {
    return List.copyOf(told);
  }

  /** Those of all that it was told that have this. */
  long count(String part) {
    return told().stream().filter(event -> has(event.json(), json(part))).count();
  }

  private String said() {
    return told().stream().map(event -> event.json().toString()).toList().toString();
  }

  /** From now on it is told nothing, and who tells waits; until it listens again. */
  synchronized void listen(boolean on) {
    listening = on;
    notifyAll();
  }

  /** Whether somebody waits until it listens. */
  synchronized boolean isBeingTold() {
    return beingTold;
  }

  @Override
  public Map<String, String> settings() {
    return settings;
  }

  @Override
  public String actor() {
    return name + "@localhost";
  }

  @Override
  public synchronized void tell(Activity event) throws InterruptedException {
    while (!listening) {
      beingTold = true;
      wait();
    }
    beingTold = false;
    told.add(event);
    notifyAll();
    if (event.json().has("error")) {
      return; // It is told as it is.
    }
    RESPONSES.validate(event.json()).forEach(wrong -> invalid.add(wrong + " in " + event.json()));
  }

  @Override
  public ObjectNode credentials() {
    return credentials.get();
  }

  @Override
  public void renamed(String actor, ObjectNode credentials) {
    throw new AssertionError("nobody was renamed");
  }

  @Override
  public Logger log() {
    return LOG;
  }

  @Override
  public void close() {
    session.close();
    assertThat(invalid).isEmpty();
  }
}
