package org.viesti.edge.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A broker of MQTT 3.1.1 that does as the test says, on a real socket. */
final class ScriptedBroker implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private @Nullable Socket mute;

  ScriptedBroker() throws IOException {}

  int port() {
    return server.getLocalPort();
  }

  /** Closes every connection at once; the count of those so far. */
  AtomicInteger refuseAll() {
    AtomicInteger count = new AtomicInteger();
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              server.accept().close();
              count.incrementAndGet();
            }
          } catch (IOException closed) {
            // the test is over
          }
        });
    return count;
  }

  /** A client that is not answered. */
  void acceptMute() throws IOException {
    mute = server.accept();
  }

  /** A client that was let in. */
  Session accept() throws IOException {
    Socket socket = server.accept();
    socket.setSoTimeout((int) BridgeScene.PATIENCE.toMillis());
    Session session = new Session(socket);
    session.packet();
    session.send(0x20, 2, 0, 0);
    return session;
  }

  static final class Session implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private Session(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    }

    /**
     * One packet.
     *
     * @param first its first byte
     */
    record Packet(int first, byte[] body) {
      int qos() {
        return first >> 1 & 3;
      }

      /** Of a PUBACK. */
      int acked() {
        return (body[0] & 0xff) << 8 | body[1] & 0xff;
      }

      /** Of a PUBLISH. */
      int id() {
        int at = 2 + (body[0] << 8 | body[1] & 0xff);
        return (body[at] & 0xff) << 8 | body[at + 1] & 0xff;
      }
    }

    Packet packet() throws IOException {
      int first = in.readUnsignedByte();
      int length = 0;
      int shift = 0;
      int next;
      do {
        next = in.readUnsignedByte();
        length |= (next & 0x7f) << shift;
        shift += 7;
      } while (next > 0x7f);
      byte[] body = new byte[length];
      in.readFully(body);
      return new Packet(first, body);
    }

    /** Grants QoS 1 to the one filter of a SUBSCRIBE, which is next. */
    void suback() throws IOException {
      byte[] subscribe = packet().body();
      send(0x90, 3, subscribe[0], subscribe[1], 1);
    }

    /** Sends a message of QoS 1. */
    void publish(String topic, int id, String payload) throws IOException {
      byte[] name = topic.getBytes(UTF_8);
      byte[] body = payload.getBytes(UTF_8);
      send(0x32, 4 + name.length + body.length, 0, name.length);
      out.write(name);
      send(id >> 8, id & 0xff);
      out.write(body);
    }

    /** Nothing comes within that time. */
    void hearsNothing(Duration within) throws IOException {
      socket.setSoTimeout((int) within.toMillis());
      try {
        throw new AssertionError("a packet came: " + packet());
      } catch (SocketTimeoutException expected) {
        socket.setSoTimeout((int) BridgeScene.PATIENCE.toMillis());
      }
    }

    void puback(int id) throws IOException {
      send(0x40, 2, id >> 8, id & 0xff);
    }

    private void send(int... bytes) throws IOException {
      byte[] packet = new byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        packet[i] = (byte) bytes[i];
      }
      out.write(packet);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (mute != null) {
      mute.close();
    }
  }
}
