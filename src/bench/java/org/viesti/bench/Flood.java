package org.viesti.bench;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients of MQTT that publish at QoS 0 as fast as their sockets take it, each to a client that
 * subscribed and does not read.
 */
final class Flood implements AutoCloseable {
  private static final int PAIRS = 10;
  private static final int AT_ONCE = 500;

  private final List<Socket> sockets = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder published = new LongAdder();
  private final long startedAt = System.nanoTime();
  private volatile boolean over;

  /**
   * Begins.
   *
   * @param port of the broker, on loopback
   */
  Flood(int port, int payloadBytes) throws IOException {
    for (int pair = 0; pair < PAIRS; pair++) {
      String topic = "flood/" + pair;
      Socket reader = connect(port, "flooded-" + pair);
      reader.getOutputStream().write(packet(0x82, number(1), text(topic), new byte[] {0}));
      read(reader, 5);
      Socket writer = connect(port, "flooding-" + pair);
      byte[] publish = packet(0x30, text(topic), new byte[payloadBytes]);
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (int i = 0; i < AT_ONCE; i++) {
        many.writeBytes(publish);
      }
      threads.add(
          Thread.ofPlatform().daemon().start(() -> publish(writer, many.toByteArray(), topic)));
    }
  }

  private Socket connect(int port, String client) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    sockets.add(socket);
    byte[] head = {0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0};
    socket.getOutputStream().write(packet(0x10, head, text(client)));
    read(socket, 4);
    return socket;
  }

  private static void read(Socket socket, int bytes) throws IOException {
    new DataInputStream(socket.getInputStream()).readFully(new byte[bytes]);
  }

  private void publish(Socket writer, byte[] many, String topic) {
    try {
      OutputStream out = writer.getOutputStream();
      while (!over) {
        out.write(many);
        published.add(AT_ONCE);
      }
    } catch (IOException e) {
      if (!over) {
        System.err.println("flood: " + topic + ": " + e);
      }
    }
  }

  /** Messages a second, so far. */
  double rate() {
    return published.sum() * 1e9 / (System.nanoTime() - startedAt);
  }

  private static byte[] packet(int first, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(first);
    int length = body.size();
    do {
      packet.write(length < 128 ? length : length & 127 | 128);
      length >>= 7;
    } while (length > 0);
    packet.writeBytes(body.toByteArray());
    return packet.toByteArray();
  }

  private static byte[] number(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(number(bytes.length));
    out.writeBytes(bytes);
    return out.toByteArray();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    over = true;
    for (Socket socket : sockets) {
      socket.close();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
