package org.viesti.user.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.viesti.user.Push;
import org.viesti.user.PushProvider;
import org.viesti.user.PushResult;
import org.viesti.user.PushSettings;

/**
 * POSTs each push as JSON (the fields of {@link Push} in snake_case) to one address, which reaches
 * the device in its own way.
 *
 * <p>The header {@code viesti-signature: t=<unix seconds>,v1=<hex>} signs it: {@code v1} is
 * HMAC-SHA256 of {@code t + "." + body} by the shared secret. The receiver compares it, refuses old
 * times, and drops an id it has seen. Its answer decides: 2xx accepted; 404 or 410 the token is
 * dead; 408, 429, 5xx or none, later, heeding Retry-After (RFC 9110 §10.2.3); all else never.
 */
public final class WebhookProvider implements PushProvider {
  public static final String SIGNATURE = "viesti-signature";

  private static final int SECRET_AT_LEAST = 16;
  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Clock clock;
  private String secret = "";
  private Duration timeout = Duration.ZERO;
  private @Nullable URI address;
  private @Nullable HttpClient client;

  public WebhookProvider() {
    this(Clock.systemUTC());
  }

  WebhookProvider(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public void start(Map<String, String> settings) {
    String url = settings.getOrDefault("url", "");
    if (url.isEmpty()) {
      return;
    }
    if (!url.matches("https?://.+")) {
      throw new IllegalArgumentException(
          "viesti.push.providers.webhook.url must begin with http:// or https://, not " + url);
    }
    secret = settings.getOrDefault("secret", "");
    if (secret.length() < SECRET_AT_LEAST) {
      throw new IllegalArgumentException(
          "viesti.push.providers.webhook.secret must have at least "
              + SECRET_AT_LEAST
              + " characters");
    }
    address = URI.create(url);
    timeout = PushSettings.duration(settings, "timeout", Duration.ofSeconds(10));
    client = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  @Override
  public CompletionStage<PushResult> send(Push push) {
    if (address == null || client == null) {
      return CompletableFuture.completedFuture(
          new PushResult.Rejected("viesti.push.providers.webhook.url is not set"));
    }
    String body = json(push);
    long now = clock.instant().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(timeout)
            .header("content-type", "application/json")
            .header(SIGNATURE, "t=" + now + ",v1=" + sign(secret, now, body))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .handle(
            (response, failure) ->
                response == null
                    ? new PushResult.Retry("no answer: " + cause(failure), null)
                    : result(response));
  }

  /** What the receiver computes as well. */
  static String sign(String secret, long unixSeconds, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of()
          .formatHex(mac.doFinal((unixSeconds + "." + body).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private PushResult result(HttpResponse<?> response) {
    int status = response.statusCode();
    String reason = "answered " + status;
    if (status >= 200 && status < 300) {
      return new PushResult.Accepted();
    }
    if (status == 404 || status == 410) {
      return new PushResult.DeadToken(reason);
    }
    if (status >= 500 || status == 429 || status == 408) {
      return new PushResult.Retry(
          reason, retryAfter(response.headers().firstValue("retry-after"), clock.instant()));
    }
    return new PushResult.Rejected(reason);
  }

  /** Seconds, or a date; whatever else it is, it is as if it were not there. */
  static @Nullable Duration retryAfter(Optional<String> header, Instant now) {
    if (header.isEmpty()) {
      return null;
    }
    String value = header.get().strip();
    try {
      Duration wait =
          value.matches("[0-9]{1,9}")
              ? Duration.ofSeconds(Long.parseLong(value))
              : Duration.between(
                  now,
                  ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static String json(Push push) {
    try {
      return JSON.writeValueAsString(push);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String cause(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
  }

  @Override
  public void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }
}
