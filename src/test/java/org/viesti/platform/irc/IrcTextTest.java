package org.viesti.platform.irc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class IrcTextTest {
  @Test
  void what_fits_is_one_piece() {
    assertThat(IrcText.pieces("", 10)).containsExactly("");
    assertThat(IrcText.pieces(" a  b ", 6)).containsExactly(" a  b ");
  }

  @Test
  void what_does_not_is_cut_between_words_or_else_between_letters() {
    assertThat(IrcText.pieces("one two three", 8)).containsExactly("one two", "three");
    assertThat(IrcText.pieces("abcdefghij", 4)).containsExactly("abcd", "efgh", "ij");
    assertThat(IrcText.pieces("ä€🙂ä€🙂", 9)).containsExactly("ä€🙂", "ä€🙂");
    assertThat(IrcText.pieces("🙂🙂🙂", 7))
        .allSatisfy(piece -> assertThat(piece.getBytes(StandardCharsets.UTF_8)).hasSize(4));
  }
}
