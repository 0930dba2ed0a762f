package org.viesti.user;

import com.typesafe.config.ConfigException;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/**
 * A node's providers by name, and the one way to them: whatever a provider does, there is a result.
 */
public final class PushSender implements AutoCloseable {
  private final Map<String, PushProvider> providers = new HashMap<>();

  /**
   * Starts every provider that has settings.
   *
   * @throws ConfigException with a sentence for operators
   */
  public PushSender(PushSettings settings) {
    Map<String, PushProvider> found = new HashMap<>();
    for (PushProvider provider : ServiceLoader.load(PushProvider.class)) {
      found.put(provider.name(), provider);
    }
    settings
        .providers()
        .forEach(
            (name, own) -> {
              PushProvider provider =
                  own.containsKey("class") ? made(name, own.get("class")) : found.get(name);
              if (provider == null) {
                throw wrong(name, "names no provider; set its class");
              }
              try {
                provider.start(own);
              } catch (IllegalArgumentException e) {
                throw wrong(name, String.valueOf(e.getMessage()));
              }
              providers.put(name, provider);
            });
  }

  private static PushProvider made(String name, String className) {
    try {
      return Class.forName(className)
          .asSubclass(PushProvider.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw wrong(name + ".class", "is no push provider: " + e);
    }
  }

  private static ConfigException wrong(String key, String sentence) {
    return new ConfigException.BadValue("viesti.push.providers." + key, sentence);
  }

  /**
   * Devices register with these names alone. Throws {@link Refused} with INVALID_ARGUMENT; a name
   * that is mistaken would otherwise show in dead letters only.
   */
  void check(String provider) {
    if (!providers.containsKey(provider)) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT,
          "provider must be one of " + String.join(", ", new TreeSet<>(providers.keySet())));
    }
  }

  /** Sends a push. The stage does not fail. */
  public CompletionStage<PushResult> send(String provider, Push push) {
    PushProvider to = providers.get(provider);
    if (to == null) {
      return CompletableFuture.completedFuture(
          new PushResult.Rejected("no push provider is called " + provider));
    }
    CompletionStage<PushResult> sent;
    try {
      sent = to.send(push);
    } catch (RuntimeException e) {
      sent = CompletableFuture.failedFuture(e);
    }
    return sent.exceptionally(failure -> new PushResult.Retry(failure.toString(), null));
  }

  @Override
  public void close() {
    providers.values().forEach(PushProvider::close);
  }
}
