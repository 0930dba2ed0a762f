package org.viesti.routing;

import com.typesafe.config.Config;

/** The settings of {@code viesti.routing}; reference.conf says what each means. */
public record RoutingSettings(int tailMessages, long tailBytes) {
  public static RoutingSettings from(Config viesti) {
    Config routing = viesti.getConfig("routing");
    return new RoutingSettings(routing.getInt("tail-messages"), routing.getBytes("tail-bytes"));
  }
}
