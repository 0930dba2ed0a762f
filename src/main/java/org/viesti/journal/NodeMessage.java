package org.viesti.journal;

/** Travels between nodes; bound to pekko-serialization-jackson's CBOR in reference.conf. */
public interface NodeMessage {}
