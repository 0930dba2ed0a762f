package org.viesti.platform;

import java.util.Map;
import org.viesti.journal.Stored;
import org.viesti.journal.StoredForms;

/** The stored names of the gateway's sessions. */
public final class GatewayForms implements StoredForms {
  @Override
  public Map<String, Class<? extends Stored>> forms() {
    return Map.of(
        "gateway.given", SessionEvent.Given.class,
        "gateway.done", SessionEvent.Done.class,
        "gateway.renamed", SessionEvent.Renamed.class,
        "gateway.snapshot", SessionState.Snapshot.class);
  }
}
