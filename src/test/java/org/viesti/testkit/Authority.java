package org.viesti.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Signs certificates of clients, by the JDK's keytool. */
public final class Authority {
  /** Of its store. */
  public static final String PASSWORD = "secret";

  private final Path folder;
  private final Path store;
  private final String algorithm;

  private Authority(Path folder, Path store, String algorithm) {
    this.folder = folder;
    this.store = store;
    this.algorithm = algorithm;
  }

  public static Authority in(Path folder) throws Exception {
    return in(folder, "EC");
  }

  /**
   * @param algorithm of all keys: EC, or Ed25519 for GnuTLS, which cannot read the JDK's others
   */
  public static Authority in(Path folder, String algorithm) throws Exception {
    Authority authority = new Authority(folder, folder.resolve("authority.p12"), algorithm);
    authority.keytool("-alias", "ca", "-dname", "CN=Authority", "-ext", "bc:c");
    authority.pem("ca.crt", "CERTIFICATE", authority.chain("ca")[0].getEncoded());
    return authority;
  }

  /** Its certificate and all that it signed, as a PKCS12 store. */
  public Path store() {
    return store;
  }

  /** Its certificate, as PEM. */
  public Path file() {
    return folder.resolve("ca.crt");
  }

  /** A client's certificate and key, as PEM files and as what a Java client shows. */
  public record Client(Path certificate, Path key, KeyStore keys) {

    /** Of a client that trusts that server. */
    public SSLContext context(Path server) throws GeneralSecurityException, IOException {
      return Authority.context(keys, server);
    }
  }

  /** Of a client that has no certificate and trusts that server. */
  public static SSLContext bare(Path server) throws GeneralSecurityException, IOException {
    return context(null, server);
  }

  /**
   * @param name of the client's files
   * @param subject such as {@code CN=lamp}
   * @param extensions as keytool's {@code -ext} has them
   */
  public Client client(String name, String subject, String... extensions) throws Exception {
    List<String> what = new ArrayList<>(List.of("-alias", name, "-dname", subject));
    what.addAll(List.of("-signer", "ca"));
    for (String extension : extensions) {
      what.addAll(List.of("-ext", extension));
    }
    keytool(what.toArray(String[]::new));
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(name, key(name), PASSWORD.toCharArray(), chain(name));
    return new Client(
        pem(name + ".crt", "CERTIFICATE", chain(name)[0].getEncoded()),
        pem(name + ".key", "PRIVATE KEY", key(name).getEncoded()),
        own);
  }

  private void keytool(String... what) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                algorithm,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    command.addAll(List.of(what));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(said);
    }
  }

  private KeyStore keys() throws GeneralSecurityException, IOException {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  private Certificate[] chain(String alias) throws GeneralSecurityException, IOException {
    return keys().getCertificateChain(alias);
  }

  private java.security.Key key(String alias) throws GeneralSecurityException, IOException {
    return keys().getKey(alias, PASSWORD.toCharArray());
  }

  private Path pem(String file, String what, byte[] der) throws IOException {
    return Files.writeString(
        folder.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(der), what));
  }

  private static SSLContext context(@Nullable KeyStore own, Path server)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(server)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    KeyManagerFactory shows =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    shows.init(own, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shows.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
