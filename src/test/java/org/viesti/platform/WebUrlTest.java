package org.viesti.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.viesti.platform.WebFailure.Reason;

class WebUrlTest {

  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/",
    "HTTP://Example.COM:80/A?b#c, http://example.com/A?b",
    "https://h:443/, https://h/",
    "https://h:8443, https://h:8443/",
    "http://h:/x, http://h/x",
    "http://jane:secret@h/x, http://h/x",
    "http://jane@1.2.3.4@h/x, http://h/x",
    "http://127.0.0.1:80@h/, http://h/",
    "http://h/a/../b/./c, http://h/b/c",
    "http://h/@user, http://h/@user",
    "http://h/a b|c?d=ä, http://h/a%20b%7Cc?d=%C3%A4",
    "http://h/%41%zz, http://h/%41%25zz",
    "http://bücher.example/, http://xn--bcher-kva.example/",
    "http://%31%32%37.0.0.1/, http://127.0.0.1/",
    "http://１２７.0.0.1/, http://127.0.0.1/",
    "http://0x7f.1/, http://127.0.0.1/",
    "http://0X7F000001/, http://127.0.0.1/",
    "http://2130706433/, http://127.0.0.1/",
    "http://0177.0.0.1/, http://127.0.0.1/",
    "http://017700000001/, http://127.0.0.1/",
    "http://127.1/, http://127.0.0.1/",
    "http://1.2.772/, http://1.2.3.4/",
    "http://0x/, http://0.0.0.0/",
    "http://1.2.3.4./, http://1.2.3.4/",
    "http://4294967295/, http://255.255.255.255/",
    "http://1.2.3.4.example/, http://1.2.3.4.example/",
    "http://a_b/, http://a_b/",
    "http://[::1]:81/, http://[::1]:81/",
    "http://h?q=http://x/, http://h/?q=http://x/"
  })
  void a_url_is_taken_apart(String given, String understood) throws Exception {
    assertThat(WebUrl.of(given).text()).isEqualTo(understood);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "http:",
        "http:/h/",
        "http:///x",
        "http://:80/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:8x/",
        "http://h:123456/",
        "http://[::1/",
        "http://[fe80::1%25lo]/",
        "http://a b/",
        "http://h\\x/",
        "http://h%0d%0aX:1/",
        "http://h%2f/",
        "http://1.2.3.4.5/",
        "http://1.2.3.256/",
        "http://256.1/",
        "http://4294967296/",
        "http://99999999999999999999/",
        "http://08/",
        "http://x.1/"
      })
  void what_is_no_url_is_refused(String given) {
    assertThatExceptionOfType(WebFailure.class)
        .isThrownBy(() -> WebUrl.of(given))
        .extracting(WebFailure::reason)
        .isEqualTo(Reason.INVALID);
  }

  @Test
  void nothing_but_the_web_is_fetched() {
    for (String given :
        new String[] {"ftp://u:p@x/y", "file:///etc/passwd", "javascript:alert(1)"}) {
      assertThatExceptionOfType(WebFailure.class)
          .isThrownBy(() -> WebUrl.of(given))
          .matches(failure -> failure.reason() == Reason.SCHEME)
          .matches(failure -> !failure.url().contains("u:p"));
    }
  }

  @Test
  void no_text_says_who_the_caller_is() {
    assertThatExceptionOfType(WebFailure.class)
        .isThrownBy(() -> WebUrl.of("http://jane:sec/ret@h:port/"))
        .matches(failure -> failure.url().equals("http://h:port/"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://h/a/b?c, x, http://h/a/x",
    "http://h/a/b?c, ?x, http://h/a/b?x",
    "http://h/a/b, ../x, http://h/x",
    "http://h:81/a/b, /x, http://h:81/x",
    "https://h/a, //g/x, https://g/x",
    "https://h/a, http://g, http://g/",
    "http://h/a, '', http://h/"
  })
  void a_redirect_is_followed(String from, String location, String to) throws Exception {
    assertThat(WebUrl.of(from).resolve(location).text()).isEqualTo(to);
  }
}
