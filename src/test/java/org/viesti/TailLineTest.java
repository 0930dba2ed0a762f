package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class TailLineTest {
  @Test
  void a_text_stands_as_it_is() {
    assertThat(line("rooms/general", "{'kind':'post','payload':{'type':'text','body':'hi'}}"))
        .isEqualTo("1970-01-01T00:00:01Z general alice: hi");
  }

  @Test
  void other_payloads_and_other_messages_are_told_by_their_kind() {
    assertThat(said("{'kind':'post','payload':{'type':'call','action':'offer'}}"))
        .isEqualTo("(call)");
    assertThat(said("{'kind':'post','payload':{'type':'attachment','caption':'a cat'}}"))
        .isEqualTo("(attachment) a cat");
    assertThat(said("{'kind':'edit','payload':{'type':'text','body':'better'}}"))
        .isEqualTo("(edit) better");
    assertThat(said("{'kind':'redaction','target':'general.1'}")).isEqualTo("(redaction)");
  }

  @Test
  void a_users_own_topic_stands_in_full() {
    assertThat(line("users/bob", "{'kind':'membership','room':'general','joined':true}"))
        .isEqualTo("1970-01-01T00:00:01Z users/bob alice: (membership)");
  }

  @Test
  void a_text_stays_one_line_and_cannot_steer_the_terminal() {
    assertThat(
            said(
                "{'kind':'post','payload':{'type':'text','body':'a\\r\\nb\\tc\\u001b[2Jd\\u0085'}}"))
        .isEqualTo("a\\nb c?[2Jd?");
  }

  private static String said(String body) {
    String line = line("rooms/general", body);
    return line.substring(line.indexOf(": ") + 2);
  }

  private static String line(String topic, String body) {
    String delivery =
        "{'topic':'%s','seq':1,'message':{'at':1500,'sender':'alice','body':%s}}"
            .formatted(topic, body);
    try {
      return TailLine.of(new JsonMapper().readTree(delivery.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
