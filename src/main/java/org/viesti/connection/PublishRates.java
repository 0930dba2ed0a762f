package org.viesti.connection;

import java.nio.charset.StandardCharsets;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.TokenBucket;

/** How fast one stream may publish to topics: so many messages, and bytes of them, a second. */
final class PublishRates {
  private final TokenBucket messages;
  private final TokenBucket bytes;
  private final boolean countsBytes;

  PublishRates(ConnectionSettings settings) {
    messages = new TokenBucket(settings.publishRate(), settings.publishBurst(), System::nanoTime);
    bytes =
        new TokenBucket(
            settings.publishBytesRate(), settings.publishBytesBurst(), System::nanoTime);
    countsBytes = settings.publishBytesRate() > 0;
  }

  void spend(ClientFrame.Publish publish) {
    messages.spend(1);
    if (countsBytes) {
      bytes.spend(publish.topic().getBytes(StandardCharsets.UTF_8).length + publish.bytes().length);
    }
  }

  /** The milliseconds until there is room for more; 0: there is. */
  long behind() {
    return Math.max(messages.behind(), bytes.behind());
  }
}
