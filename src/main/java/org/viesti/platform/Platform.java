package org.viesti.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One foreign network, such as IRC: say what it can do, and open a {@link Session} of it. Found by
 * {@link java.util.ServiceLoader}; has a constructor without parameters, and may be used from any
 * thread.
 */
public interface Platform {

  /**
   * What it is and can do.
   *
   * @param id short, such as {@code irc}
   * @param version its own
   * @param persistent whether each actor of a client has a session of its own, which lives from job
   *     to job and does one job at a time, in order; else one session a node does everybody's,
   *     several at a time
   * @param needsCredentials verbs whose jobs come with the actor's credentials, and fail if the
   *     client gave none
   * @param messages JSON Schema (draft 7) of what may be asked; its {@code properties.type.enum}
   *     are the verbs
   * @param credentials JSON Schema of the credentials; null: it has none
   * @param responses JSON Schema of what it tells unasked; null: anything
   * @param timeout a job that takes longer fails, and its session is replaced
   */
  record Description(
      String id,
      String version,
      boolean persistent,
      Set<String> needsCredentials,
      JsonNode messages,
      @Nullable JsonNode credentials,
      @Nullable JsonNode responses,
      Duration timeout) {}

  Description description();

  /** Opens a session. Connects nowhere: that is a job. */
  Session open(Host host);

  /** One opened, for one actor of one client, or for everybody. */
  interface Session extends AutoCloseable {

    /**
     * Does a job; on a virtual thread, where it may block, and which is interrupted when its time
     * is over. An exception that is no {@link PlatformFailure} is a crash: the job fails with its
     * name and message, and the session is closed and replaced.
     *
     * @param credentials the {@code object} of the actor's credentials in clear, if the verb needs
     *     them: not to be kept past the job
     * @return what came of it; null: the request itself says it
     */
    @Nullable Activity run(Activity request, @Nullable ObjectNode credentials)
        throws PlatformFailure, InterruptedException;

    /**
     * Whether verbs that need no credentials can be done. It stays so while a broken link is made
     * again. A session for which this is false after a job failed is closed.
     */
    default boolean connected() {
      return true;
    }

    /** Ends whatever it holds, at once; also while a job runs. */
    @Override
    default void close() {}
  }

  /** What a session is given. */
  interface Host {
    /** {@code viesti.gateway.platforms.<id>}, key by key. */
    Map<String, String> settings();

    /** Whose session it is; empty: everybody's. */
    String actor();

    /**
     * Tells the client something unasked, in order. Waits while the client does not keep up, so
     * that the network is not read past it. Only of a persistent platform.
     */
    void tell(Activity event) throws InterruptedException;

    /**
     * The actor's credentials in clear, for a link that must be made again: not to be kept. Null:
     * there are none any more.
     */
    @Nullable ObjectNode credentials();

    /** The network knows the actor by another id now; its credentials become these. */
    void renamed(String actor, ObjectNode credentials);

    /** Says with each line whose session it is. */
    Logger log();
  }
}
