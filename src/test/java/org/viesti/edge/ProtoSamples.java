package org.viesti.edge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import org.viesti.protocol.v1.ClientFrame;

/** The JSON samples as protobuf. */
public final class ProtoSamples {
  private ProtoSamples() {}

  public static byte[] client(String sample) {
    try {
      return ProtoTree.message(
              ClientFrame.newBuilder(),
              new ObjectMapper().readTree(SampleFrames.json(sample)),
              new HashSet<>())
          .toByteArray();
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
