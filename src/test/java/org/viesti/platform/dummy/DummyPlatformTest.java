package org.viesti.platform.dummy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;
import org.viesti.testkit.Await;
import org.viesti.testkit.Shows;
import org.viesti.testkit.TestHost;

/** Behaviour 36 of the gateway's definition of done, as far as the platform goes. */
class DummyPlatformTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Platform.Session dummy = new DummyPlatform().open(TestHost.with("dummy", Map.of()));

  private static Activity ask(String verb, @Nullable String object) throws Exception {
    ObjectNode json = JSON.createObjectNode().put("id", "m-1").put("type", verb);
    json.putObject("actor").put("id", "jane").put("type", "person");
    json.putObject("target").put("id", "bob").put("type", "person");
    if (object != null) {
      json.set("object", JSON.readTree(object));
    }
    return new Activity("dummy", json);
  }

  @Test
  void an_echo_comes_from_the_dummy_to_who_asked() throws Exception {
    assertThat(dummy.run(ask("echo", "{\"type\":\"message\",\"content\":\"hello\"}"), null))
        .extracting(Activity::json)
        .isEqualTo(
            JSON.readTree(
                """
                {"id":"m-1","type":"echo","actor":{"id":"dummy","type":"platform"},
                 "object":{"type":"message","content":"hello"},
                 "target":{"id":"jane","type":"person"}}"""));
  }

  @Test
  void an_echo_of_no_object_has_none() throws Exception {
    assertThat(dummy.run(ask("echo", null), null))
        .extracting(Activity::json)
        .isEqualTo(
            JSON.readTree(
                """
                {"id":"m-1","type":"echo","actor":{"id":"dummy","type":"platform"},
                 "target":{"id":"jane","type":"person"}}"""));
  }

  @Test
  void what_it_is_asked_is_not_changed() throws Exception {
    Activity request = ask("greet", "{\"content\":\"w\"}");
    dummy.run(request, null);
    assertThat(request).isEqualTo(ask("greet", "{\"content\":\"w\"}"));
  }

  @Test
  @Shows("gateway.platforms.dummy.greeting")
  void it_greets_as_it_is_set() throws Exception {
    Activity request = ask("greet", "{\"type\":\"message\",\"content\":\"w\"}");
    assertThat(dummy.run(request, null))
        .extracting(answer -> answer.json().get("object").toString())
        .isEqualTo("{\"type\":\"message\",\"content\":\"Hello w\"}");
    Platform.Session finnish =
        new DummyPlatform().open(TestHost.with("dummy", Map.of("greeting", "Terve")));
    assertThat(finnish.run(request, null))
        .extracting(answer -> answer.text("object", "content"))
        .isEqualTo("Terve w");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail", "throw"})
  void a_job_fails_as_it_is_asked(String verb) {
    assertThatExceptionOfType(PlatformFailure.class)
        .isThrownBy(() -> dummy.run(ask(verb, "{\"content\":\"boo\"}"), null))
        .matches(failure -> failure.text().equals("Error: boo") && !failure.mayPass());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail", "throw", "greet"})
  void without_an_object_there_is_no_content(String verb) {
    assertThatExceptionOfType(PlatformFailure.class)
        .isThrownBy(() -> dummy.run(ask(verb, null), null))
        .extracting(PlatformFailure::text)
        .isEqualTo("Cannot read properties of undefined (reading 'content')");
  }

  @ParameterizedTest
  @CsvSource({
    "exit0, Error: session thread closed unexpectedly: 0",
    "exit1, Error: session thread closed unexpectedly: 1",
    "sigterm, Error: session thread closed unexpectedly: SIGTERM",
    "sigkill, Error: session thread closed unexpectedly: SIGKILL",
    "throwTypeError, TypeError: dummy type error",
    "throwReferenceError, ReferenceError: dummy reference error"
  })
  void it_crashes_as_it_is_asked(String verb, String text) {
    assertThatThrownBy(() -> dummy.run(ask(verb, null), null))
        .isNotInstanceOf(PlatformFailure.class)
        .extracting(crash -> crash.getClass().getSimpleName() + ": " + crash.getMessage())
        .isEqualTo(text);
  }

  @Test
  void it_hangs_until_it_is_interrupted() throws Exception {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread job =
        Thread.startVirtualThread(
            () -> {
              try {
                dummy.run(ask("hang", null), null);
                ended.completeExceptionally(new AssertionError("it ended"));
              } catch (Throwable e) {
                ended.complete(e);
              }
            });
    Await.until(
        Duration.ofSeconds(10),
        () -> "it is " + job.getState(),
        () -> job.getState() == Thread.State.TIMED_WAITING);
    assertThat(ended).isNotDone();
    job.interrupt();
    assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void it_is_one_of_the_platforms() {
    assertThat(ServiceLoader.load(Platform.class))
        .anyMatch(platform -> platform.description().id().equals("dummy"));
    assertThat(new DummyPlatform().description())
        .matches(dummy -> !dummy.persistent() && dummy.credentials() != null)
        .matches(dummy -> dummy.messages().at("/properties/type/enum").size() == 11);
  }
}
