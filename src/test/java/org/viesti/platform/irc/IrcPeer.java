package org.viesti.platform.irc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** One end of a connection of IRC, line by line; it keeps nothing of what it has read. */
final class IrcPeer implements AutoCloseable {
  private static final int PATIENCE_MS = 10_000;

  private final Socket socket;

  IrcPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MS);
  }

  /** A user of a server, welcomed. */
  static IrcPeer at(int port, String nick) throws IOException {
    IrcPeer peer = new IrcPeer(new Socket("127.0.0.1", port));
    peer.says("NICK " + nick, "USER " + nick + " 8 * :" + nick);
    peer.hears(" 001 ");
    return peer;
  }

  void says(String... lines) throws IOException {
    for (String line : lines) {
      socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
    socket.getOutputStream().flush();
  }

  /** The next line. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = socket.getInputStream().read();
    while (next != '\n') {
      if (next < 0) {
        throw new IOException("the connection has ended");
      }
      if (next != '\r') {
        line.write(next);
      }
      next = socket.getInputStream().read();
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** The next line that contains this; those before it are dropped. */
  String hears(String part) throws IOException {
    StringBuilder others = new StringBuilder();
    try {
      String line = line();
      while (!line.contains(part)) {
        others.append('\n').append(line);
        line = line();
      }
      return line;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no " + part + " among" + others, e);
    }
  }

  /** Whatever was said is done. */
  void settles() throws IOException {
    says("PING settled");
    hears("settled");
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
