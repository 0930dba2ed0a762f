package org.viesti.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** What a refusal says of the limit that was hit. */
final class Refusals {
  private Refusals() {}

  /**
   * @param error a frame or a problem
   * @param limit the setting's full name
   * @param value which its sentence tells
   */
  static void refused(JsonNode error, String code, String limit, String value) {
    assertThat(error.path("code").asText()).as(error.toString()).isEqualTo(code);
    assertThat(error.path("limit").asText()).isEqualTo(limit);
    assertThat(error.path("detail").asText()).contains(value);
  }
}
