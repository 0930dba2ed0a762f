package org.viesti.stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.Stored;
import org.viesti.protocol.Publication;

/** One row of a stream: the messages that came while the row before was written. */
record Appended(List<Kept> messages) implements Stored.Compact {

  /** A message as it is stored: fields by their place, so new ones go to the end. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  record Kept(
      String topic,
      byte[] payload,
      int qos,
      boolean retain,
      long at,
      long expiresAt,
      @Nullable String publisher,
      Publication.@Nullable Properties properties) {

    static Kept of(Publication p) {
      return new Kept(
          p.path(),
          p.payload(),
          p.qos(),
          p.retain(),
          p.at(),
          p.expiresAt(),
          p.publisher(),
          p.properties());
    }

    Publication in(String tenant) {
      return new Publication(
          tenant, topic, payload, qos, retain, at, expiresAt, publisher, properties);
    }
  }
}
