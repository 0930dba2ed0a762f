package org.viesti;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.viesti.security.DevelopmentKey;
import org.viesti.security.Principal;
import org.viesti.security.SecuritySettings;
import org.viesti.security.TokenAuthenticator;
import picocli.CommandLine;

/** Runs a command as a shell would, with a configuration and a development key of its own. */
final class Cli {
  private final Path config;

  Cli(Path folder) throws IOException {
    Path key = folder.resolve("development.key");
    DevelopmentKey.at(key);
    config = Files.writeString(folder.resolve("viesti.conf"), keyAt(key));
  }

  static String keyAt(Path key) {
    return "viesti.auth.development-key-file = \"" + key + "\"\n";
  }

  record Result(int code, String out, String err) {}

  String config() {
    return config.toString();
  }

  static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = line.execute(args);
    return new Result(code, out.toString(), err.toString());
  }

  static CompletableFuture<Result> start(String... args) {
    CompletableFuture<Result> result = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> result.complete(run(args)));
    return result;
  }

  /** What a node with this configuration takes the token for. */
  Principal principal(String token) {
    SecuritySettings settings =
        SecuritySettings.of(ConfigFactory.load(ConfigFactory.parseFile(config.toFile())));
    return TokenAuthenticator.of(settings, InstantSource.system())
        .authenticate(token)
        .toCompletableFuture()
        .join();
  }
}
