package org.viesti.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A JSON Web Key Set (RFC 7517) in a file or at an address. Reading it blocks. */
sealed interface KeySet {
  Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

  /** A key set is a few kilobytes; this keeps a wrong address from filling the heap. */
  int MAX_BYTES = 1 << 20;

  /** A public key and the one algorithm it is used with. */
  record Key(@Nullable String id, JWSAlgorithm algorithm, JWSVerifier verifier) {}

  /** The keys there that can check RS256 or ES256. */
  default List<Key> read() throws Exception {
    List<Key> keys = new ArrayList<>();
    for (JWK jwk : JWKSet.parse(text()).getKeys()) {
      Key key = usable(jwk);
      if (key != null) {
        keys.add(key);
      }
    }
    return List.copyOf(keys);
  }

  String text() throws Exception;

  /** It is on this machine, so if it cannot be read, the setting is wrong. */
  boolean local();

  static KeySet of(String where, Duration timeout) {
    if (!where.startsWith("http://") && !where.startsWith("https://")) {
      return new InFile(Path.of(where));
    }
    try {
      return new AtAddress(URI.create(where), timeout);
    } catch (IllegalArgumentException e) {
      throw new ConfigException.BadValue("viesti.auth.jwks", "is no address: " + where);
    }
  }

  record InFile(Path file) implements KeySet {
    @Override
    public String text() throws IOException {
      return Files.readString(file);
    }

    @Override
    public boolean local() {
      return true;
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /**
   * @param timeout for the whole fetch, however slowly the answer drips
   */
  record AtAddress(URI address, Duration timeout) implements KeySet {
    @Override
    public String text() throws IOException, InterruptedException {
      // Fetches are minutes apart: a client of its own for each costs less than one that idles.
      HttpClient client = HttpClient.newBuilder().connectTimeout(timeout).build();
      try {
        HttpRequest request =
            HttpRequest.newBuilder(address).header("accept", "application/json").build();
        HttpResponse<String> response =
            client
                .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BYTES))
                .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (response.statusCode() != 200) {
          throw new IOException("HTTP status " + response.statusCode());
        }
        return response.body();
      } catch (ExecutionException e) {
        throw new IOException("cannot be reached: " + e.getCause(), e);
      } catch (TimeoutException e) {
        throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
      } finally {
        client.shutdownNow();
      }
    }

    @Override
    public boolean local() {
      return false;
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /** A key set may hold keys for other ends: those are left out. */
  private static @Nullable Key usable(JWK jwk) throws JOSEException, ParseException {
    if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return null;
    }
    Key key =
        switch (jwk) {
          // RFC 7518 §3.3: RSA keys of 2048 bits or more
          case RSAKey rsa when rsa.size() >= 2048 ->
              new Key(jwk.getKeyID(), JWSAlgorithm.RS256, new RSASSAVerifier(rsa));
          case ECKey ec when ec.getCurve().equals(Curve.P_256) ->
              new Key(jwk.getKeyID(), JWSAlgorithm.ES256, new ECDSAVerifier(ec));
          default -> null;
        };
    return key != null && (jwk.getAlgorithm() == null || jwk.getAlgorithm().equals(key.algorithm()))
        ? key
        : null;
  }
}
