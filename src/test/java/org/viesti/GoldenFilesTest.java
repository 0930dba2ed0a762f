package org.viesti;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredJson;

/**
 * The journal outlives the code: one file for each stored form, as it was first written. A file is
 * never edited; a form that grows gets another file beside it, {@code name.2.json}; what is
 * compact, {@code .cbor}.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @Test
  void every_stored_form_has_a_golden_file() {
    assertThat(new TreeMap<>(StoredJson.forms()))
        .allSatisfy(
            (name, form) ->
                assertThat(GOLDEN.resolve(name + (isCompact(form) ? ".cbor" : ".json"))).exists());
  }

  private static boolean isCompact(Class<?> form) {
    return Stored.Compact.class.isAssignableFrom(form);
  }

  @Test
  void every_golden_file_is_still_read_and_says_the_same() throws IOException {
    StoredJson serializer = new StoredJson();
    try (var files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replaceAll("(\\.\\d+)?\\.(json|cbor)$", "");
        byte[] bytes = Files.readAllBytes(file);
        Stored form = StoredJson.read(bytes, name);
        Stored again = StoredJson.read(serializer.toBinary(form), serializer.manifest(form));
        assertThat(again).as(name).usingRecursiveComparison().isEqualTo(form);
        assertThat(fields(form, serializer.toBinary(form))).as(name).isEqualTo(fields(form, bytes));
      }
    }
  }

  private static JsonNode fields(Stored form, byte[] bytes) throws IOException {
    return isCompact(form.getClass()) ? new CBORMapper().readTree(bytes) : Golden.fields(bytes);
  }
}
