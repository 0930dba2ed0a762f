package org.viesti.stream;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of streams. */
public final class StreamForms implements StoredForms {
  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.of("stream.appended", Appended.class);
  }
}
