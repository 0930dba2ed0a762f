package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.viesti.testkit.Mosquitto;
import org.viesti.testkit.Tokens;

@ExtendWith(SharedNode.class)
class SecretCommandTest {
  @TempDir Path folder;
  private TestNode node;
  private String user;
  private String config;

  @BeforeEach
  void of_the_node(TestNode shared) throws IOException {
    node = shared;
    user = SharedNode.fresh("user");
    config =
        Files.writeString(
                folder.resolve("viesti.conf"),
                "viesti.auth { secret = \"%s\", tenant = %s }"
                    .formatted(Tokens.SECRET, Tokens.TENANT))
            .toString();
  }

  private Cli.Result secret(String... args) {
    List<String> line = new java.util.ArrayList<>(List.of("device", "secret", "--config", config));
    line.addAll(List.of("--url", node.calls().toString()));
    line.addAll(List.of(args));
    return Cli.run(line.toArray(String[]::new));
  }

  private int publishing(String device, String secret) throws Exception {
    return Mosquitto.pub(
            node.mqttPort(),
            "-i",
            device,
            "-u",
            Tokens.TENANT + "/" + user,
            "-P",
            secret,
            "-t",
            "devices/" + device + "/1",
            "-m",
            "x",
            "-q",
            "1")
        .code();
  }

  @Test
  void a_secret_is_printed_alone_and_lets_its_device_in_until_it_is_revoked() throws Exception {
    Cli.Result made = secret("--user", user, "--device", "lamp");
    assertThat(made.err()).isEmpty();
    assertThat(made.code()).isZero();
    assertThat(made.out()).matches("vds_[0-9A-Za-z_-]{43}\\R");
    assertThat(publishing("lamp", made.out().strip())).isZero();

    Cli.Result revoked = secret("--user", user, "--device", "lamp", "--revoke");
    assertThat(revoked).isEqualTo(new Cli.Result(0, "", ""));
    assertThat(publishing("lamp", made.out().strip())).isEqualTo(4);
  }

  @Test
  void an_operator_makes_one_for_anybody() throws Exception {
    String operator =
        Tokens.of("op", "desk", Tokens.TENANT, List.of("operator"), Duration.ofHours(1));
    Cli.Result made = secret("--token", operator, "--user", user, "--device", "stove");
    assertThat(publishing("stove", made.out().strip())).isZero();
  }

  @Test
  void a_user_s_own_token_makes_one_for_its_device_and_for_nobody_else_s() {
    String own = Tokens.of(user, "phone");
    assertThat(secret("--token", own, "--device", "phone").out()).startsWith("vds_");
    Cli.Result refused = secret("--token", own, "--user", "bob", "--device", "phone");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err().strip()).isEqualTo("viesti: only an operator may do this (HTTP 403)");
    assertThat(refused.out()).isEmpty();
  }

  @Test
  void without_a_device_or_an_action_it_is_used_wrongly() {
    assertThat(secret("--user", user).code()).isEqualTo(2);
    assertThat(secret("--device", "lamp").err()).contains("--user is missing");
    assertThat(Cli.run("device").code()).isEqualTo(2);
  }
}
