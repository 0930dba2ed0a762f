package org.viesti.edge;

/** A listener cannot start; the message is a sentence for whoever runs the node. */
public final class CannotListen extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CannotListen(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
