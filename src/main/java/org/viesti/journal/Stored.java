package org.viesti.journal;

/**
 * An event or a snapshot in the journal. Its stored name stands in its package's {@link
 * StoredForms}.
 */
public interface Stored {

  /**
   * Kept beside the stored name where SQL can see it: the author of what counts as unread. Empty:
   * nobody.
   */
  default String author() {
    return "";
  }

  /** What holds many payloads: stored as CBOR, where bytes are bytes, rather than as JSON. */
  interface Compact extends Stored {}
}
