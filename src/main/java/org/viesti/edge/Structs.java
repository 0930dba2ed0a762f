package org.viesti.edge;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Free structures to and from protobuf's Struct. */
public final class Structs {
  /** A double holds every whole number up to here. */
  private static final double EXACT = 1L << 53;

  private Structs() {}

  /** A free map as a Struct. */
  public static Struct struct(Map<String, ?> map) {
    Struct.Builder made = Struct.newBuilder();
    map.forEach((key, value) -> made.putFields(key, value(value)));
    return made.build();
  }

  private static Value value(@Nullable Object value) {
    Value.Builder made = Value.newBuilder();
    return switch (value) {
      case null -> made.setNullValue(NullValue.NULL_VALUE).build();
      case Boolean flag -> made.setBoolValue(flag).build();
      case Number number -> made.setNumberValue(number.doubleValue()).build();
      case Map<?, ?> map -> {
        Struct.Builder fields = Struct.newBuilder();
        map.forEach((key, inner) -> fields.putFields(String.valueOf(key), value(inner)));
        yield made.setStructValue(fields).build();
      }
      case List<?> list -> {
        ListValue.Builder values = ListValue.newBuilder();
        list.forEach(inner -> values.addValues(value(inner)));
        yield made.setListValue(values).build();
      }
      default -> made.setStringValue(value.toString()).build();
    };
  }

  /**
   * A Struct as a free map; whole numbers come back whole, so that JSON readers do not see 1 become
   * 1.0.
   */
  public static Map<String, Object> map(Struct struct) {
    Map<String, Object> made = new LinkedHashMap<>();
    struct.getFieldsMap().forEach((key, value) -> putValue(made, key, value));
    return made;
  }

  @SuppressWarnings("NullAway") // a free structure may hold nulls
  private static void putValue(Map<String, Object> map, String key, Value value) {
    map.put(key, object(value));
  }

  private static @Nullable Object object(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case NUMBER_VALUE -> number(value.getNumberValue());
      case STRUCT_VALUE -> map(value.getStructValue());
      case LIST_VALUE -> {
        List<@Nullable Object> made = new ArrayList<>(value.getListValue().getValuesCount());
        value.getListValue().getValuesList().forEach(inner -> made.add(object(inner)));
        yield made;
      }
      case NULL_VALUE, KIND_NOT_SET -> null;
    };
  }

  private static Number number(double value) {
    return value == Math.rint(value) && Math.abs(value) <= EXACT ? (Number) (long) value : value;
  }
}
