package org.viesti.journal;

import java.util.Map;

/**
 * The stored names of one package's events and snapshots, found by {@link java.util.ServiceLoader}.
 * A name is for ever; the class behind it may be renamed.
 */
public interface StoredForms {
  Map<String, Class<? extends Stored>> forms();
}
