package org.viesti.edge.websocket;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.viesti.edge.LiveSettings;

/** A fresh certificate for localhost, by the JDK's keytool. */
public record Certificate(LiveSettings.Tls files, SSLContext trusting) {

  public static Certificate in(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    int exit =
        new ProcessBuilder(
                (Path.of(System.getProperty("java.home"), "bin", "keytool")
                        + " -genkeypair -alias it -keyalg EC -dname CN=localhost -ext san=dns:localhost -storetype PKCS12 -storepass secret -keystore "
                        + store)
                    .split(" "))
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new AssertionError("keytool: " + exit);
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
    Path certificate =
        pem(folder.resolve("it.crt"), "CERTIFICATE", keys.getCertificate("it").getEncoded());
    Path key =
        pem(
            folder.resolve("it.key"),
            "PRIVATE KEY",
            keys.getKey("it", "secret".toCharArray()).getEncoded());

    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("it", keys.getCertificate("it"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return new Certificate(new LiveSettings.Tls(certificate.toString(), key.toString()), context);
  }

  private static Path pem(Path file, String what, byte[] der) throws Exception {
    return Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, Base64.getMimeEncoder().encodeToString(der), what));
  }
}
