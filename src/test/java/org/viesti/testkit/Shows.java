package org.viesti.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * This test shows what these settings do: it would fail if they did nothing. Every key of
 * reference.conf is named by exactly one test.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Shows {
  /** Keys, without the {@code viesti} before them. */
  String[] value();
}
