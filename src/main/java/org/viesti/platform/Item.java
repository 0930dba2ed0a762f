package org.viesti.platform;

/**
 * What a client gave: a job, or credentials. Whatever is nobody's business is sealed.
 *
 * @param credentials it is to be kept for the actor's jobs; else it is one
 * @param sealed of a job its {@link Envelope}; of credentials their {@code object} as JSON
 */
public record Item(String platform, String actor, boolean credentials, byte[] sealed) {

  /** Whose jobs are done in order, with what credentials. */
  String key() {
    return key(platform, actor);
  }

  static String key(String platform, String actor) {
    return platform + ":" + actor;
  }
}
