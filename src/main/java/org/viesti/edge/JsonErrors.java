package org.viesti.edge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Refused;

/**
 * What Jackson says of a client's JSON, as a sentence for the client: which field, and what it
 * should be. No Java names.
 */
public final class JsonErrors {
  private JsonErrors() {}

  static Refused refused(String detail) {
    return new Refused(ErrorCode.INVALID_ARGUMENT, detail);
  }

  /**
   * A refusal of what could not be read.
   *
   * @param whole what the JSON is to its client, such as "the frame"
   */
  public static Refused refusal(JsonProcessingException e, String whole) {
    if (e instanceof StreamConstraintsException
        || e.getCause() instanceof StreamConstraintsException) {
      return refused("the frame is nested too deep, or holds too long a name or number");
    }
    if (!(e instanceof JsonMappingException mapping) || notJson(e.getCause())) {
      return refused("not JSON: " + brief(e.getOriginalMessage()));
    }
    return new Refused(
        inPayload(mapping) ? ErrorCode.PAYLOAD_MISMATCH : ErrorCode.INVALID_ARGUMENT,
        sentence(mapping, path(mapping), whole));
  }

  /**
   * A number out of its type's range is also a read error to Jackson, but it is the field's, not
   * the text's.
   */
  private static boolean notJson(@Nullable Throwable cause) {
    return cause instanceof StreamReadException && !(cause instanceof InputCoercionException);
  }

  private static String sentence(JsonMappingException e, String path, String whole) {
    return switch (e) {
      case UnrecognizedPropertyException unknown -> path + " is not a known field here";
      case InvalidTypeIdException type ->
          type.getTypeId() == null
              ? "type is missing in " + (path.isEmpty() ? whole : path)
              : "type \""
                  + brief(type.getTypeId())
                  + "\" is not known"
                  + (path.isEmpty() ? "" : " in " + path);
      case MismatchedInputException mismatch when isNull(mismatch) -> path + " is missing";
      case MismatchedInputException mismatch ->
          (path.isEmpty() ? whole : path) + " must be " + wanted(mismatch.getTargetType());
      case JsonMappingException range when range.getCause() instanceof InputCoercionException ->
          path + " must be a whole number in its range";
      default -> (path.isEmpty() ? whole : path) + " is not valid";
    };
  }

  /** Jackson has no type for a missing number or boolean, only this sentence. */
  private static boolean isNull(MismatchedInputException e) {
    return e.getOriginalMessage().startsWith("Cannot map `null`");
  }

  private static boolean inPayload(JsonMappingException e) {
    return (e instanceof MismatchedInputException mismatch
            && mismatch.getTargetType() != null
            && Payload.class.isAssignableFrom(mismatch.getTargetType()))
        || e.getPath().stream().anyMatch(step -> "payload".equals(step.getFieldName()));
  }

  private static String wanted(@Nullable Class<?> type) {
    if (type == null) {
      return "of another shape";
    } else if (type == String.class) {
      return "a string";
    } else if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    } else if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
      return "a whole number in its range";
    } else if (Collection.class.isAssignableFrom(type)) {
      return "a list";
    } else if (Map.class.isAssignableFrom(type) || type.isRecord() || type.isInterface()) {
      return "an object";
    }
    return "of another shape";
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(brief(step.getFieldName()));
      }
    }
    return path.toString();
  }

  /** A client's own words come back to it, but not by the kilobyte. */
  private static String brief(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
