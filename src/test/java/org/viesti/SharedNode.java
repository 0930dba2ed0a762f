package org.viesti;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands test classes one node, started by the first and stopped after the last. Tests keep apart by
 * their users' and rooms' names: {@link #fresh}.
 */
public final class SharedNode implements ParameterResolver {
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** A name that no other test uses. */
  public static String fresh(String name) {
    return name + NAMES.incrementAndGet();
  }

  private record Started(Path folder, TestNode node) implements AutoCloseable {
    static Started start() {
      try {
        Path folder = Files.createTempDirectory("viesti-test");
        return new Started(
            folder,
            // Tests that make hundreds of calls as one user are not what the quotas are for.
            TestNode.start(folder, "limits.user-rate", 0, "http.trust-device", "1s"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      node.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestNode.class;
  }

  @Override
  public TestNode resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedNode.class))
        .getOrComputeIfAbsent("node", key -> Started.start(), Started.class)
        .node();
  }
}
