package org.viesti.platform.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.viesti.platform.Activity;

/**
 * What running Sockethubs of the three dialects acknowledged, frame by frame: {@code frames.txt}
 * has the dialect, the event and what was sent, and below it the acknowledgement. Where a platform
 * had to do something, what it came to is taken from there.
 */
class CapturedFramesTest {

  record Frame(Dialect dialect, String event, String sent, boolean refused, String ack) {
    @Override
    public String toString() {
      return dialect + " " + event + " " + sent;
    }
  }

  private final Middleware middleware = Frames.middleware();

  static List<Frame> frames() {
    try (InputStream file = CapturedFramesTest.class.getResourceAsStream("frames.txt")) {
      String[] lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n");
      List<Frame> frames = new ArrayList<>();
      for (int i = 0; i + 1 < lines.length; i += 2) {
        String[] words = lines[i].split(" ", 3);
        String[] told = lines[i + 1].split(" ", 2);
        frames.add(
            new Frame(
                Dialect.valueOf(words[0]), words[1], words[2], told[0].equals("refused"), told[1]));
      }
      return frames;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("frames")
  void a_frame_is_acked_as_it_was(Frame frame) {
    JsonNode expected = Frames.json(frame.ack());
    ClientMemory client = Frames.client();
    create(client, "{'@id':'jane','@type':'person','displayName':'Jane'}");
    client.speaks(frame.dialect());

    Received received = middleware.receive(client, frame.event(), Frames.json(frame.sent()), true);

    boolean answered = received instanceof Received.Answer;
    assertThat(answered).isEqualTo(frame.refused() || frame.event().equals("activity-object"));
    JsonNode ack =
        switch (received) {
          case Received.Answer(Told told) -> told.ack();
          case Received.Credentials(Activity request, Dialect dialect) ->
              dialect.accepted(request).ack();
          case Received.Job job when job.dialect() == Dialect.A -> job.dialect().queued().ack();
          case Received.Job(Activity request, Dialect dialect) when expected.has("error") ->
              dialect.failed(request, expected.path("error").asText()).ack();
          case Received.Job(Activity request, Dialect dialect) ->
              dialect.completed(request, result(request.platform(), expected)).ack();
          case Received.Ignored() -> null;
        };
    assertThat(ack).isEqualTo(expected);
  }

  private void create(ClientMemory client, String object) {
    middleware.receive(client, "activity-object", Frames.json(object.replace('\'', '"')), true);
  }

  /** What the platform made of it; of IRC and XMPP, the request itself. */
  private static @Nullable Activity result(String platform, JsonNode acked) {
    return platform.equals("irc") || platform.equals("xmpp")
        ? null
        : new Activity(platform, inner((ObjectNode) acked));
  }

  private static ObjectNode inner(ObjectNode acked) {
    ObjectNode inner = acked.deepCopy();
    inner.remove(List.of("context", "@context"));
    inner.path("items").forEach(item -> ((ObjectNode) item).remove(List.of("context", "@context")));
    return inner;
  }
}
