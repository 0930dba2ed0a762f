package org.viesti.scene;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a device and its node, and cuts each link after a random number of bytes in a
 * random direction: amid a handshake, a frame, an acknowledgement. What was under way the other way
 * is lost with it.
 */
final class Shears implements AutoCloseable {
  private final URI node;
  private final int longest;
  private final Random random;
  private final ServerSocket door;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger givenUp = new AtomicInteger();
  private volatile boolean sharp = true;

  /**
   * @param longest bytes that a link lets pass one way
   */
  Shears(URI node, int longest, long seed) {
    this.node = node;
    this.longest = longest;
    this.random = new Random(seed);
    try {
      door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("shears").start(this::accept);
  }

  /** Where a device comes to its node. */
  URI address() {
    return URI.create("ws://127.0.0.1:" + door.getLocalPort() + node.getPath());
  }

  int cuts() {
    return cuts.get();
  }

  /** Links that stood when the device gave them up: the node had not answered it. */
  int givenUp() {
    return givenUp.get();
  }

  /** From now on links last, those that are open and those to come. */
  void rest() {
    sharp = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket device = door.accept();
        Socket server = new Socket(node.getHost(), node.getPort());
        open.add(device);
        open.add(server);
        long after = 1 + random.nextInt(longest);
        boolean upwards = random.nextBoolean();
        pump(device, server, upwards ? after : Long.MAX_VALUE, givenUp);
        pump(server, device, upwards ? Long.MAX_VALUE : after, new AtomicInteger());
      }
    } catch (IOException e) {
      // Closed: the scene is over.
    }
  }

  private void pump(Socket from, Socket to, long most, AtomicInteger ends) {
    Thread.ofVirtual()
        .name("shears")
        .start(
            () -> {
              long left = most;
              byte[] some = new byte[4096];
              try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                while (true) {
                  int read = in.read(some);
                  if (read < 0) {
                    ends.incrementAndGet();
                    break;
                  }
                  boolean cut = read >= left && sharp;
                  out.write(some, 0, cut ? (int) left : read);
                  left -= read;
                  if (cut) {
                    cuts.incrementAndGet();
                    break;
                  }
                }
              } catch (IOException e) {
                // The other way was cut.
              }
              close(from);
              close(to);
            });
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(this::close);
  }
}
