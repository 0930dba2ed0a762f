package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.protocol.UserId;
import org.viesti.security.Principal;

class TokenCommandTest {
  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void settings() throws IOException {
    cli = new Cli(folder);
  }

  @Test
  void a_printed_token_is_believed_by_a_node() {
    Cli.Result result = Cli.run("token", "--user", "alice", "--config", cli.config());

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    Principal alice = cli.principal(result.out().strip());
    assertThat(alice.user()).isEqualTo(new UserId("default", "alice"));
    assertThat(alice.device()).isEqualTo("default");
    assertThat(alice.roles()).isEmpty();
    assertThat(alice.expires())
        .isCloseTo(
            Instant.now().plus(Duration.ofHours(24)), Assertions.within(Duration.ofMinutes(1)));
  }

  @Test
  void device_tenant_roles_and_hours_are_the_callers() {
    Cli.Result result =
        Cli.run(
            "token",
            "--user",
            "alice",
            "--device",
            "phone",
            "--tenant",
            "acme",
            "--role",
            "operator",
            "--role",
            "auditor",
            "--hours",
            "1",
            "--config",
            cli.config());

    Principal alice = cli.principal(result.out().strip());
    assertThat(alice.deviceId()).hasToString("acme/alice/phone");
    assertThat(alice.roles()).containsExactlyInAnyOrder("operator", "auditor");
    assertThat(alice.expires())
        .isCloseTo(
            Instant.now().plus(Duration.ofHours(1)), Assertions.within(Duration.ofMinutes(1)));
  }

  @Test
  void a_configured_secret_signs_it() throws IOException {
    Files.writeString(
        Path.of(cli.config()),
        "viesti.auth { mode = production, secret = \"a secret of more than thirty-two bytes\" }");

    Cli.Result result = Cli.run("token", "--user", "alice", "--config", cli.config());

    assertThat(cli.principal(result.out().strip()).user().id()).isEqualTo("alice");
  }

  @Test
  void without_a_user_or_with_odd_hours_it_is_used_wrongly() {
    assertFails(2, "--user is missing", "token", "--config", cli.config());
    assertFails(2, "--hours must be", "token", "--user", "alice", "--hours", "0");
    assertFails(2, "--hours", "token", "--user", "alice", "--hours", "many");
  }

  @Test
  void a_user_who_cannot_be_is_refused() {
    String sentence = "user id must be 1 to 128";
    assertFails(1, sentence, "token", "--user", "al ice", "--config", cli.config());
  }

  @Test
  void where_no_node_has_run_no_key_is_made_up() throws IOException {
    Path nowhere = folder.resolve("elsewhere/development.key");
    Files.writeString(Path.of(cli.config()), Cli.keyAt(nowhere));

    assertFails(1, nowhere.toString(), "token", "--user", "alice", "--config", cli.config());
    assertThat(nowhere).doesNotExist();
  }

  @Test
  void where_an_identity_provider_signs_no_token_can_be_made() throws IOException {
    Files.writeString(
        Path.of(cli.config()),
        "viesti.auth { jwks = keys.json, resume-secret = \"at least thirty-two bytes, so it is\" }");

    assertFails(1, "viesti.auth.jwks", "token", "--user", "alice", "--config", cli.config());
  }

  private static void assertFails(int code, String why, String... args) {
    Cli.Result result = Cli.run(args);
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).contains(why);
    assertThat(result.out()).isEmpty();
    if (code == 1) {
      assertThat(result.err().lines()).hasSize(1);
    }
  }
}
