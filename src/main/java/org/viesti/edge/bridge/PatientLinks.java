package org.viesti.edge.bridge;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.internal.NetworkModule;
import org.eclipse.paho.client.mqttv3.internal.SSLNetworkModuleFactory;
import org.eclipse.paho.client.mqttv3.internal.TCPNetworkModuleFactory;
import org.eclipse.paho.client.mqttv3.spi.NetworkModuleFactory;

/**
 * Paho's links, for mqtt:// and mqtts://, that hear nothing until something was said. Without this,
 * a broker that closes the connection as soon as it has taken it ends Paho's receiver before Paho
 * has seen that it runs, and a thread waits for that for ever (1.2.5, {@code CommsReceiver.start}).
 */
public final class PatientLinks implements NetworkModuleFactory {
  private final NetworkModuleFactory tcp = new TCPNetworkModuleFactory();
  private final NetworkModuleFactory tls = new SSLNetworkModuleFactory();

  @Override
  public Set<String> getSupportedUriSchemes() {
    return Set.of("mqtt", "mqtts");
  }

  @Override
  public void validateURI(URI uri) {
    pahos(uri).validateURI(uri);
  }

  @Override
  public NetworkModule createNetworkModule(URI uri, MqttConnectOptions options, String clientId)
      throws MqttException {
    return new PatientLink(pahos(uri).createNetworkModule(uri, options, clientId), uri);
  }

  private NetworkModuleFactory pahos(URI uri) {
    return "mqtts".equals(uri.getScheme()) ? tls : tcp;
  }

  private record PatientLink(NetworkModule link, URI uri, CountDownLatch said)
      implements NetworkModule {
    PatientLink(NetworkModule link, URI uri) {
      this(link, uri, new CountDownLatch(1));
    }

    @Override
    public void start() throws IOException, MqttException {
      link.start();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(link.getInputStream()) {
        @Override
        public int read() throws IOException {
          await();
          return super.read();
        }

        @Override
        public int read(byte[] bytes, int from, int most) throws IOException {
          await();
          return super.read(bytes, from, most);
        }
      };
    }

    private void await() throws IOException {
      try {
        said.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(link.getOutputStream()) {
        @Override
        public void write(int single) throws IOException {
          out.write(single);
          said.countDown();
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
          out.write(bytes, from, count); // FilterOutputStream's own goes byte by byte
          said.countDown();
        }
      };
    }

    @Override
    public void stop() throws IOException {
      link.stop();
      said.countDown();
    }

    @Override
    public String getServerURI() {
      return uri.toString();
    }
  }
}
