package org.viesti.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.viesti.security.SecretBox;
import org.viesti.security.WipedBuffers;

/** What lets an actor in, in clear only between these two. */
public final class Credentials {
  private static final CBORMapper MAPPER =
      new CBORMapper(CBORFactory.builder().recyclerPool(WipedBuffers.POOL).build());
  private static final String WHAT = "credentials";

  private Credentials() {}

  public static byte[] seal(ObjectNode object, SecretBox box) {
    try {
      byte[] plain = MAPPER.writeValueAsBytes(object);
      byte[] sealed = box.seal(plain, WHAT);
      Arrays.fill(plain, (byte) 0);
      return sealed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode open(byte[] sealed, SecretBox box) {
    byte[] plain = box.open(sealed, WHAT);
    try {
      return (ObjectNode) MAPPER.readTree(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }
}
