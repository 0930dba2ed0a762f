package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"node", "token", "send", "tail", "device"})
  void every_command_explains_itself(String command) {
    Cli.Result result = Cli.run(command, "--help");

    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("Usage: viesti " + command);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void what_is_no_command_is_used_wrongly() {
    Cli.Result result = Cli.run("nodes");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("nodes");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void a_node_whose_settings_are_not_there_says_so_in_one_line() {
    Cli.Result result = Cli.run("node", "--config", "no/such/viesti.conf");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("viesti: ").contains("viesti.conf");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void a_failure_is_the_first_sentence_a_person_understands() {
    Throwable refused =
        new CompletionException(
            new IllegalStateException(new Refused(ErrorCode.NOT_FOUND, "no such room")));
    Throwable taken = new RuntimeException(new BindException("[/127.0.0.1:8080] in use"));

    assertThat(Failure.sentence(refused)).isEqualTo("no such room");
    assertThat(Failure.sentence(taken)).isEqualTo("cannot listen: [/127.0.0.1:8080] in use");
    assertThat(Failure.sentence(new Failure("two\n  lines"))).isEqualTo("two lines");
    assertThat(Failure.sentence(new IllegalStateException("odd")))
        .contains("odd", "VIESTI_LOG_LEVEL");
  }
}
