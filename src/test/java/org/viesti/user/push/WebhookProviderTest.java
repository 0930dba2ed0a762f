package org.viesti.user.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.viesti.testkit.Shows;
import org.viesti.user.Push;
import org.viesti.user.PushResult;

class WebhookProviderTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private PushReceiver receiver;
  private WebhookProvider provider;

  @BeforeEach
  void start() throws IOException {
    receiver = new PushReceiver();
    provider = new WebhookProvider(Clock.fixed(NOW, ZoneOffset.UTC));
    provider.start(Map.of("url", receiver.url(), "secret", PushReceiver.SECRET));
  }

  @AfterEach
  void stop() {
    provider.close();
    receiver.close();
  }

  private static Push push() {
    return new Push(
        "phone/general.7",
        "acme",
        "bob",
        "phone",
        "token",
        "general",
        "general",
        "General",
        "general.7",
        "alice",
        1,
        "mention",
        "hello — bob",
        3);
  }

  private PushResult send() throws Exception {
    return provider.send(push()).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void a_push_is_posted_with_all_it_says() throws Exception {
    assertThat(send()).isEqualTo(new PushResult.Accepted());
    assertThat(receiver.of("token"))
        .singleElement()
        .satisfies(
            push -> {
              assertThat(push.path("id").asText()).isEqualTo("phone/general.7");
              assertThat(push.path("message_id").asText()).isEqualTo("general.7");
              assertThat(push.path("room_name").asText()).isEqualTo("General");
              assertThat(push.path("collapse_key").asText()).isEqualTo("general");
              assertThat(push.path("sent_at").asLong()).isEqualTo(1);
              assertThat(push.path("kind").asText()).isEqualTo("mention");
              assertThat(push.path("text").asText()).isEqualTo("hello — bob");
              assertThat(push.path("count").asInt()).isEqualTo(3);
            });
  }

  @Test
  void the_signature_is_the_hmac_of_time_and_body() throws Exception {
    send();
    PushReceiver.Request request = receiver.requests().getFirst();
    long time = NOW.getEpochSecond();
    assertThat(request.signature())
        .isEqualTo(
            "t=" + time + ",v1=" + WebhookProvider.sign(PushReceiver.SECRET, time, request.body()));
    // As printf '1.{}' | openssl dgst -sha256 -hmac key says.
    assertThat(WebhookProvider.sign("key", 1, "{}"))
        .isEqualTo("1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224");
  }

  @Test
  void an_answer_says_what_becomes_of_the_push() throws Exception {
    receiver.answer("token", 410);
    assertThat(send()).isInstanceOf(PushResult.DeadToken.class);
    receiver.answer("token", 404);
    assertThat(send()).isInstanceOf(PushResult.DeadToken.class);
    receiver.answer("token", 400);
    assertThat(send()).isEqualTo(new PushResult.Rejected("answered 400"));
    receiver.answer("token", 503);
    assertThat(send()).isEqualTo(new PushResult.Retry("answered 503", null));
    receiver.retryAfter("7");
    receiver.answer("token", 429);
    assertThat(send()).isEqualTo(new PushResult.Retry("answered 429", Duration.ofSeconds(7)));
  }

  @Test
  void retry_after_may_be_a_date() {
    assertThat(WebhookProvider.retryAfter(Optional.of("Sun, 1 Mar 2026 12:01:30 GMT"), NOW))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(WebhookProvider.retryAfter(Optional.of("Sun, 1 Mar 2026 11:00:00 GMT"), NOW))
        .isEqualTo(Duration.ZERO);
    assertThat(WebhookProvider.retryAfter(Optional.of("soon"), NOW)).isNull();
  }

  @Test
  void nobody_there_is_tried_again() throws Exception {
    receiver.close();
    assertThat(send()).isInstanceOf(PushResult.Retry.class);
  }

  @Shows("push.providers.webhook.timeout")
  @Test
  void an_address_that_never_answers_is_given_up_after_the_timeout() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      WebhookProvider impatient = new WebhookProvider();
      impatient.start(
          Map.of(
              "url",
              "http://127.0.0.1:" + silent.getLocalPort() + "/",
              "secret",
              PushReceiver.SECRET,
              "timeout",
              "200ms"));
      assertThat(impatient.send(push()).toCompletableFuture().get(5, TimeUnit.SECONDS))
          .isInstanceOf(PushResult.Retry.class);
      impatient.close();
    }
  }

  @Test
  void without_an_address_a_push_is_refused_and_says_so() throws Exception {
    WebhookProvider off = new WebhookProvider();
    off.start(Map.of("url", "", "secret", ""));
    assertThat(off.send(push()).toCompletableFuture().get(5, TimeUnit.SECONDS))
        .isEqualTo(new PushResult.Rejected("viesti.push.providers.webhook.url is not set"));
  }

  @Test
  void an_unsigned_webhook_does_not_start() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new WebhookProvider().start(Map.of("url", "https://push", "secret", "short")))
        .withMessageContaining("viesti.push.providers.webhook.secret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WebhookProvider().start(Map.of("url", "ftp://push")))
        .withMessageContaining("viesti.push.providers.webhook.url");
  }
}
