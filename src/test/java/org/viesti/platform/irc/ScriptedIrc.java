package org.viesti.platform.irc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Plays a server's part, line by line, as the test of a client wants it. */
final class ScriptedIrc implements AutoCloseable {
  private static final int PATIENCE_MS = 10_000;

  private final ServerSocket door;

  ScriptedIrc() throws IOException {
    door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    door.setSoTimeout(PATIENCE_MS);
  }

  int port() {
    return door.getLocalPort();
  }

  /** The next client, of whom nothing was heard yet. */
  IrcPeer client() throws IOException {
    return new IrcPeer(door.accept());
  }

  /** The next client, welcomed. */
  IrcPeer welcomed(String nick) throws IOException {
    IrcPeer client = client();
    client.hears("NICK " + nick);
    client.says(":irc CAP * LS :");
    client.hears("CAP END");
    client.says(":irc 001 " + nick + " :Welcome");
    return client;
  }

  /** Answers the client's next PING; whatever it says before is dropped. */
  static void pong(IrcPeer client) throws IOException {
    client.says(":irc PONG irc :" + client.hears("PING ").substring("PING ".length()));
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
