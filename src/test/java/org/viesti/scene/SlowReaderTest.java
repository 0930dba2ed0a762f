package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import io.micrometer.core.instrument.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Await;
import org.viesti.testkit.Tokens;

/** Who does not read, or does not acknowledge, costs the node a window; the others go on. */
@Timeout(60)
class SlowReaderTest {
  private static final int WINDOW = 256;
  private static final int READERS = 10;
  private static final int POSTS = 2000;

  /** Of streams that other tests may have left open. */
  private static final int HEARTBEATS = 20;

  @TempDir static Path folder;
  static Stage stage;

  @BeforeAll
  static void start() {
    stage = Stage.set(folder, "limits.device-rate", 0, "limits.user-rate", 0);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @Test
  void a_slow_reader_is_sent_its_window_and_the_others_everything() {
    List<String> users = IntStream.range(0, READERS + 2).mapToObj(i -> "reader" + i).toList();
    stage.group("slow", "ann", users.toArray(String[]::new));
    List<Link> readers = new ArrayList<>();
    for (String user : users.subList(0, READERS)) {
      readers.add(Stage.acking(stage.connect(user, "phone")));
    }
    Link silent = stage.connect(users.get(READERS), "phone"); // reads, and acknowledges nothing
    Link deaf = stage.link(Tokens.of(users.get(READERS + 1), "phone"), Link.Form.JSON, 4096);
    Stage.caughtUp(deaf).reading(false); // does not even read
    Link ann = Stage.acking(stage.connect("ann", "phone"));

    long frames = count("viesti.deliver.frames");
    long reads = count("viesti.deliver.log-reads");
    int behind = 100; // unanswered at most
    for (int i = 0; i < POSTS; i++) {
      ann.send(frame("send", "id", "p" + i, "room", "slow", "payload", text("post " + i)));
      if (i >= behind) {
        ann.ack("p" + (i - behind));
      }
    }
    ann.ack("p" + (POSTS - 1));
    List<String> all = IntStream.range(0, POSTS).mapToObj(i -> "post " + i).toList();
    List<Link> quick = new ArrayList<>(readers);
    quick.add(ann);
    for (Link reader : quick) {
      reader.delivery("slow", "post " + (POSTS - 1));
      assertThat(reader.texts("slow")).isEqualTo(all);
    }
    silent.settle();
    assertThat(silent.texts("slow")).isEqualTo(all.subList(0, WINDOW));
    // All that the node has made: the quick ones' deliveries, two windows, the answers, a pong.
    long made = (long) quick.size() * POSTS + 2 * WINDOW + POSTS + 1;
    assertThat(count("viesti.deliver.frames") - frames).isBetween(made, made + HEARTBEATS);
    assertThat(count("viesti.deliver.log-reads") - reads)
        .as("reads of the log, were it for each post for who cannot take it")
        .isLessThan(POSTS / 2);

    // Nobody has lost anything by it.
    Stage.acking(deaf).reading(true);
    Stage.acking(silent)
        .acknowledge("rooms/slow", silent.all("delivery").getLast().path("seq").asLong());
    for (Link slow : List.of(silent, deaf)) {
      Await.until(
          Stage.PATIENCE,
          () -> "got " + slow.texts("slow").size(),
          () -> slow.texts("slow").size() == POSTS);
      assertThat(slow.texts("slow")).isEqualTo(all);
    }
  }

  private static long count(String counter) {
    return (long) Metrics.counter(counter).count();
  }
}
