package org.viesti;

/** The process. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println(Runtime.version());
  }
}
