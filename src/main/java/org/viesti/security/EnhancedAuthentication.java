package org.viesti.security;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A method by which MQTT clients show who they are in more than one step, and show it anew while
 * they are connected: MQTT 5.0 §4.12. Implement it with a public constructor without parameters,
 * and list the class in {@code META-INF/services/org.viesti.security.EnhancedAuthentication}.
 */
public interface EnhancedAuthentication {

  /** What clients name it by: their Authentication Method. */
  String method();

  /**
   * Called once, before any exchange.
   *
   * @param tokens who a token speaks for on this node
   */
  void start(Authenticator tokens);

  /**
   * A client begins, by CONNECT or, once it is connected, by AUTH. Called on the thread that serves
   * its socket: never blocks.
   */
  Exchange begin(Client client);

  /**
   * Who asks.
   *
   * @param clientId as it says; empty: it has none
   * @param user the user name of its CONNECT
   * @param known who it is by what it has shown before; null: it is not connected yet
   */
  record Client(String clientId, @Nullable String user, @Nullable Principal known) {}

  /** One client's steps. */
  interface Exchange {
    /**
     * What the client said is answered. Never blocks; not called again before it was answered.
     * Fails with {@link org.viesti.protocol.Refused} if the client is not who it says: its
     * connection closes, also where it was open.
     *
     * @param data the client's Authentication Data, if it sent any
     */
    CompletionStage<Step> next(byte @Nullable [] data);
  }

  /** How an exchange goes on. */
  sealed interface Step {}

  /** The client is to answer this. */
  record Challenge(byte @Nullable [] data) implements Step {}

  /**
   * The client is known. Its device must be the one that its client id names; where it was
   * connected, user, device and roles must be as before, and it is heard until the new {@link
   * Principal#expires}.
   *
   * @param data to tell it besides; null: nothing
   */
  record Known(Principal principal, byte @Nullable [] data) implements Step {}
}
