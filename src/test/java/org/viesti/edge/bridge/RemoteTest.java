package org.viesti.edge.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Mosquitto;
import org.viesti.testkit.MosquittoBroker;

/** What the remote broker is told, and when. */
@Timeout(60)
class RemoteTest {
  private static final int WINDOW = 5;

  @TempDir Path folder;

  private static BridgeSettings settings(int port) {
    return BridgeSettings.all(
            ConfigFactory.parseString(
                    "viesti.bridge.x { uri = \"mqtt://127.0.0.1:%d\", topics = [\"t/# in 1\"], window = %d }"
                        .formatted(port, WINDOW))
                .withFallback(ConfigFactory.parseResources("reference.conf")))
        .getFirst();
  }

  private static Remote.News next(BlockingQueue<Remote.News> heard) throws InterruptedException {
    Remote.News news = heard.poll(10, TimeUnit.SECONDS);
    assertThat(news).isNotNull();
    return news;
  }

  private static String text(Remote.News news) {
    assertThat(news).isInstanceOf(Remote.Arrived.class);
    return new String(((Remote.Arrived) news).payload(), StandardCharsets.UTF_8);
  }

  /** pekko-connectors-mqtt acknowledges some of these, for it says so only once it is connected. */
  @Test
  void what_nobody_was_done_with_comes_again_however_often_it_is_called() throws Exception {
    try (MosquittoBroker broker = MosquittoBroker.in(folder)) {
      BridgeSettings settings = settings(broker.port());
      BlockingQueue<Remote.News> heard = new LinkedBlockingQueue<>();
      Remote first = Remote.connect(settings, heard::add);
      assertThat(next(heard)).isInstanceOf(Remote.Connected.class);
      first.close();
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        sent.add("m" + i);
        Mosquitto.pub(broker.port(), "-t", "t/a", "-q", "1", "-m", "m" + i);
      }
      for (int round = 0; round < 3; round++) {
        BlockingQueue<Remote.News> again = new LinkedBlockingQueue<>();
        Remote remote = Remote.connect(settings, again::add);
        List<String> arrived = new ArrayList<>();
        while (arrived.size() < WINDOW) {
          Remote.News news = next(again);
          if (!(news instanceof Remote.Connected)) {
            arrived.add(text(news));
          }
        }
        assertThat(arrived).isEqualTo(sent.subList(0, WINDOW));
        remote.close();
        assertThat(again).noneMatch(Remote.Arrived.class::isInstance);
      }
      BlockingQueue<Remote.News> last = new LinkedBlockingQueue<>();
      Remote remote = Remote.connect(settings, last::add);
      List<String> arrived = new ArrayList<>();
      while (arrived.size() < sent.size()) {
        Remote.News news = next(last);
        if (news instanceof Remote.Arrived one) {
          arrived.add(text(one));
          remote.done(one);
        }
      }
      assertThat(arrived).isEqualTo(sent);
      remote.close();
    }
  }
}
