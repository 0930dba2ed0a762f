package org.viesti.platform.irc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.viesti.platform.PlatformFailure;

/**
 * What a job waits for: the server's PONG, which comes after whatever it has to say to the line
 * before, or an error about the job's channel or nick.
 *
 * @param token of the PING
 * @param about the channel or nick
 * @param done by the command that says so before the PONG does, if the actor caused it: JOIN, NICK;
 *     else empty
 */
record Awaited(String token, String about, String done, CompletableFuture<Void> outcome) {
  /** A message to someone who is not there is as good as sent. */
  private static final String NO_SUCH_NICK = "401";

  Awaited(String token, String about, String done) {
    this(token, about, done, new CompletableFuture<>());
  }

  /** Takes a line if it is about this. */
  boolean heed(IrcLink link, IrcLine line) {
    if (line.command().equals("PONG")) {
      return line.parameters().contains(token) && outcome.complete(null);
    }
    if (line.own() && line.command().equals(done)) {
      return link.same(line.parameter(0), about) && outcome.complete(null);
    }
    return line.isError()
        && !line.command().equals(NO_SUCH_NICK)
        && link.same(line.parameter(1), about)
        && fail(PlatformFailure.lasting(IrcActivities.text(line)));
  }

  boolean fail(PlatformFailure failure) {
    return outcome.completeExceptionally(failure);
  }

  /**
   * @param verb for the words of its failure
   */
  void await(Duration most, String verb) throws PlatformFailure, InterruptedException {
    try {
      outcome.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw PlatformFailure.lasting("timeout reached for " + verb + " job");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PlatformFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
