package org.viesti.platform;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.viesti.journal.NodeMessage;
import org.viesti.security.SecretBox;

/** What a session of the gateway is told. */
sealed interface SessionCommand {

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Attach.class, name = "attach"),
    @JsonSubTypes.Type(value = Give.class, name = "give"),
    @JsonSubTypes.Type(value = Took.class, name = "took"),
    @JsonSubTypes.Type(value = Detach.class, name = "detach"),
    @JsonSubTypes.Type(value = Wake.class, name = "wake"),
  })
  sealed interface Remote extends SessionCommand, NodeMessage {}

  /**
   * A client's connection.
   *
   * @param link its name
   * @param offset of the last thing it was told; null: it was told nothing
   */
  record Attach(ActorRef<GatewaySessions.News> connection, String link, @Nullable String offset)
      implements Remote {}

  /** A connection gives something: from its so-manieth on, the first being 1. */
  record Give(String link, long first, List<Item> items) implements Remote {}

  /** A connection has passed on everything up to here. */
  record Took(String link, long number) implements Remote {}

  /**
   * A connection is gone.
   *
   * @param forGood its client said so, and will not come back
   */
  record Detach(String link, boolean forGood) implements Remote {}

  /** Its node is gone, or has just come: if there is something to do, it is to be done. */
  record Wake() implements Remote {}

  /** Its key; null: the session is over. */
  record KeyIs(@Nullable SecretBox key) implements SessionCommand {}

  record KeyFailed(Throwable failure) implements SessionCommand {}

  record Flush() implements SessionCommand {}

  record Finished(long job, byte[] sealed) implements SessionCommand {}

  record Happened(byte[] sealed) implements SessionCommand {}

  record Rename(PlatformHost host, String platform, String from, String to, byte[] credentials)
      implements SessionCommand {
    static Rename of(
        PlatformHost host,
        String platform,
        String from,
        String to,
        ObjectNode credentials,
        SecretBox box) {
      return new Rename(host, platform, from, to, Credentials.seal(credentials, box));
    }
  }

  /** Nobody came back in time. */
  record GraceOver(long of) implements SessionCommand {}

  /** Everything of it is deleted. */
  record Over() implements SessionCommand {}
}
