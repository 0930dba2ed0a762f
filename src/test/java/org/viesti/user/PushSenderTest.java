package org.viesti.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PushSenderTest {
  /** A third party's, found by its class. */
  public static final class Failing implements PushProvider {
    static Map<String, String> started = Map.of();

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public void start(Map<String, String> settings) {
      started = settings;
    }

    @Override
    public CompletionStage<PushResult> send(Push push) {
      throw new IllegalStateException("broken");
    }
  }

  private static final Push PUSH =
      new Push(
          "1", "t", "bob", "phone", "token", "r", "r", "R", "r.1", "alice", 1, "message", null, 1);

  private static PushSender sender(String providers) {
    return new PushSender(
        PushSettings.from(
            ConfigFactory.parseString(
                    "viesti.push.providers = null, viesti.push.providers " + providers)
                .withFallback(ConfigFactory.load())));
  }

  private static PushResult send(PushSender sender, String provider) throws Exception {
    return sender.send(provider, PUSH).toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  @Test
  void built_in_providers_are_found() throws Exception {
    try (PushSender sender = sender("{ log {}, webhook { url = \"\" } }")) {
      assertThat(send(sender, "log")).isEqualTo(new PushResult.Accepted());
      assertThat(send(sender, "webhook")).isInstanceOf(PushResult.Rejected.class);
    }
  }

  @Test
  void a_third_partys_provider_is_made_from_its_class_and_gets_its_settings() throws Exception {
    try (PushSender sender =
        sender("{ mine { class = \"" + Failing.class.getName() + "\", key = k } }")) {
      assertThat(Failing.started).containsEntry("key", "k");
      assertThat(send(sender, "mine")).isInstanceOf(PushResult.Retry.class);
    }
  }

  @Test
  void a_provider_nobody_knows_is_refused() throws Exception {
    try (PushSender sender = sender("{ log {} }")) {
      assertThat(send(sender, "pigeon")).isInstanceOf(PushResult.Rejected.class);
    }
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> sender("{ pigeon {} }"))
        .withMessageContaining("viesti.push.providers.pigeon");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> sender("{ pigeon { class = java.lang.String } }"))
        .withMessageContaining("viesti.push.providers.pigeon.class");
  }
}
