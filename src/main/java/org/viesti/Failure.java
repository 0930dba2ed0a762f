package org.viesti;

import com.typesafe.config.ConfigException;
import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.viesti.edge.CannotListen;
import org.viesti.journal.Database;
import org.viesti.protocol.Refused;
import org.viesti.security.DevelopmentKey;

/** A command cannot be carried out, for a reason that a person can mend; the message says which. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Failure(String sentence) {
    this(sentence, null);
  }

  Failure(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }

  /**
   * What went wrong, in one line. A fault of our own is also logged, with its stack, at level
   * DEBUG.
   */
  static String sentence(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String known =
          switch (at) {
            case Failure _,
                ConfigException _,
                Database.CannotOpen _,
                DevelopmentKey.Unusable _,
                CannotListen _ ->
                at.getMessage();
            case Refused refused -> refused.refusal().detail();
            case BindException _ -> "cannot listen: " + at.getMessage();
            default -> null;
          };
      if (known != null) {
        return known.replaceAll("\\s*\\R\\s*", " ");
      }
    }
    LoggerFactory.getLogger(Failure.class).debug("an unforeseen failure", failure);
    return failure + " (unforeseen; VIESTI_LOG_LEVEL=debug shows where)";
  }
}
