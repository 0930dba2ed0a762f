package org.viesti.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Events and snapshots as JSON under a stored name, {@code name} or {@code name:author}: readable
 * by people and by SQL, and free of Java's names; what is {@link Stored.Compact} as CBOR.
 */
public final class StoredJson extends SerializerWithStringManifest {
  private static final ObjectMapper MAPPER = mapper(JsonMapper.builder());
  private static final ObjectMapper COMPACT = mapper(CBORMapper.builder());

  private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> M mapper(B builder) {
    return builder
        .addModule(new ParameterNamesModule())
        .addModule(new JavaTimeModule())
        .serializationInclusion(JsonInclude.Include.NON_EMPTY)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static ObjectMapper mapper(Class<?> form) {
    return Stored.Compact.class.isAssignableFrom(form) ? COMPACT : MAPPER;
  }

  private static final Map<String, Class<? extends Stored>> CLASSES = new HashMap<>();
  private static final Map<Class<?>, String> NAMES = new HashMap<>();

  static {
    for (StoredForms package_ : ServiceLoader.load(StoredForms.class)) {
      package_
          .forms()
          .forEach(
              (name, form) -> {
                if (CLASSES.put(name, form) != null || NAMES.put(form, name) != null) {
                  throw new IllegalStateException("stored twice: " + name);
                }
              });
    }
  }

  /** Every stored name and its class, for the test that reads the golden files. */
  public static Map<String, Class<? extends Stored>> forms() {
    return Map.copyOf(CLASSES);
  }

  @Override
  public int identifier() {
    return 7_104; // any number above Pekko's own 0 to 40; never changes
  }

  @Override
  public String manifest(Object form) {
    return manifestOf((Stored) form);
  }

  static String manifestOf(Stored form) {
    String name = NAMES.get(form.getClass());
    if (name == null) {
      throw new IllegalArgumentException("no stored name for " + form.getClass());
    }
    return form.author().isEmpty() ? name : name + ":" + form.author();
  }

  @Override
  public byte[] toBinary(Object form) {
    return bytesOf((Stored) form);
  }

  static byte[] bytesOf(Stored form) {
    try {
      return mapper(form.getClass()).writeValueAsBytes(form);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    return read(bytes, manifest);
  }

  /** Reads a stored form; unknown fields are ignored, absent ones are null or 0. */
  public static Stored read(byte[] bytes, String manifest) {
    int colon = manifest.indexOf(':');
    Class<? extends Stored> form = CLASSES.get(colon < 0 ? manifest : manifest.substring(0, colon));
    if (form == null) {
      throw new IllegalArgumentException("unknown stored name " + manifest);
    }
    try {
      return mapper(form).readValue(bytes, form);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
