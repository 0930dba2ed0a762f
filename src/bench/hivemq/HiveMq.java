import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedHiveMQ;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * HiveMQ CE, which lets in whoever comes. The benchmark runs this source by {@code java} on HiveMQ's own libraries: they
 * would not go together with the node's. Its argument is a directory that holds a config.xml.
 */
final class HiveMq {
  private HiveMq() {}

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(false);
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(home)
        .withDataFolder(Files.createDirectories(home.resolve("data")))
        .withExtensionsFolder(Files.createDirectories(home.resolve("extensions")))
        .withoutLoggingBootstrap()
        .build()
        .start()
        .join();
  }
}
