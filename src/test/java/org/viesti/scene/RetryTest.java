package org.viesti.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viesti.scene.Link.frame;
import static org.viesti.scene.Link.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device that repeats what it had no answer to posts nothing twice. */
@Timeout(60)
class RetryTest {
  /** More than a room remembers of one device. */
  private static final int MANY = 200;

  @TempDir Path folder;

  @Test
  void a_retry_is_known_however_much_the_users_other_device_has_posted() {
    try (Stage stage = Stage.set(folder, "room.snapshot-every", 50)) {
      stage.group("retry", "ann");
      Link phone = stage.connect("ann", "phone");
      long first = phone.post("retry", "of-the-phone", "once");
      phone.cut();
      Link tablet = stage.connect("ann", "tablet");
      for (int i = 0; i < MANY; i++) {
        tablet.post("retry", "t" + i, "more " + i);
      }
      known(stage.connect("ann", "phone"), first);
    }
    // Nor does the room forget it when it wakes from a snapshot.
    try (Stage stage = Stage.set(folder)) {
      long first = stage.log("retry").get(1).seq();
      known(stage.connect("ann", "phone"), first);
    }
  }

  private static void known(Link phone, long first) {
    phone.send(frame("send", "id", "of-the-phone", "room", "retry", "payload", text("once")));
    JsonNode again = phone.ack("of-the-phone");
    assertThat(again.path("duplicate").asBoolean()).isTrue();
    assertThat(again.path("seq").asLong()).isEqualTo(first);
  }
}
