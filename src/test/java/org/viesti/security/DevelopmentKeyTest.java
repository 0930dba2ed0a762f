package org.viesti.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Shows;

class DevelopmentKeyTest {
  @TempDir Path folder;

  @Test
  void a_key_is_made_once_and_kept() {
    Path file = folder.resolve("data/development.key");

    byte[] key = DevelopmentKey.at(file);

    assertThat(key).hasSize(32).isNotEqualTo(new byte[32]);
    assertThat(DevelopmentKey.at(file)).isEqualTo(key);
    assertThat(DevelopmentKey.at(folder.resolve("other.key"))).isNotEqualTo(key);
  }

  @Test
  void only_its_owner_may_read_the_file_and_nothing_else_is_left_behind() throws IOException {
    Path file = folder.resolve("development.key");

    DevelopmentKey.at(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void processes_that_start_together_have_one_key() throws Exception {
    Path file = folder.resolve("development.key");
    List<Callable<String>> starts =
        IntStream.range(0, 16)
            .<Callable<String>>mapToObj(
                i -> () -> Base64.getEncoder().encodeToString(DevelopmentKey.at(file)))
            .toList();

    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      Set<String> keys = new HashSet<>();
      for (Future<String> key : threads.invokeAll(starts)) {
        keys.add(key.get());
      }
      assertThat(keys).hasSize(1);
    }
  }

  @Test
  void a_file_that_holds_no_key_is_not_overwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("development.key"), "secret");

    assertThatThrownBy(() -> DevelopmentKey.at(file))
        .isInstanceOf(DevelopmentKey.Unusable.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("secret");
  }

  @Test
  void a_folder_that_cannot_be_made_is_told_in_a_sentence() throws IOException {
    Path file = Files.writeString(folder.resolve("data"), "in the way").resolve("development.key");

    assertThatThrownBy(() -> DevelopmentKey.at(file))
        .isInstanceOf(DevelopmentKey.Unusable.class)
        .hasMessageContaining("cannot keep the development key in " + file);
  }

  @Shows("auth.development-key-file")
  @Test
  void tokens_outlive_a_restart() {
    String line = "development-key-file = \"" + folder.resolve("development.key") + "\"";
    HandClock clock = new HandClock();
    String token =
        TokenIssuer.of(Tokens.settings(line), clock)
            .issue(Tokens.PHONE, Set.of(), Duration.ofHours(1));

    TokenAuthenticator restarted = TokenAuthenticator.of(Tokens.settings(line), clock);

    assertThat(Tokens.principal(restarted.authenticate(token)).deviceId()).isEqualTo(Tokens.PHONE);
  }
}
