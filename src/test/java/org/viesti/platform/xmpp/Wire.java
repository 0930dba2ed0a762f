package org.viesti.platform.xmpp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** The way to a server of this machine; it can be cut, which nobody at its ends is told. */
final class Wire implements AutoCloseable {
  private final ServerSocket server;
  private final int port;
  private boolean cut;

  private Wire(ServerSocket server, int port) {
    this.server = server;
    this.port = port;
  }

  static Wire to(int port) throws IOException {
    Wire wire = new Wire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    Thread.ofVirtual().start(wire::accept);
    return wire;
  }

  int port() {
    return server.getLocalPort();
  }

  /** What comes while it is cut is lost. */
  synchronized void cut(boolean now) {
    cut = now;
  }

  private synchronized boolean isCut() {
    return cut;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(() -> pump(near, far));
        Thread.ofVirtual().start(() -> pump(far, near));
      }
    } catch (IOException closed) {
      // By the test.
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] bytes = new byte[8192];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (!isCut()) {
          out.write(bytes, 0, read);
        }
      }
    } catch (IOException gone) {
      // One of its ends.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
