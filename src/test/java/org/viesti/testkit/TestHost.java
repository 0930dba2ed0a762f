package org.viesti.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.settings.SectionSettings;

/**
 * What a platform that does everybody's jobs is given.
 *
 * @param settings of reference.conf, or instead of them
 */
public record TestHost(Map<String, String> settings) implements Platform.Host {
  private static final Logger LOG = LoggerFactory.getLogger(TestHost.class);

  /** As reference.conf has it, but for these. */
  public static TestHost with(String id, Map<String, String> changed) {
    Map<String, String> settings =
        new TreeMap<>(
            SectionSettings.of(ConfigFactory.parseResources("reference.conf"), "gateway")
                .open("platforms")
                .getOrDefault(id, Map.of()));
    settings.putAll(changed);
    return new TestHost(settings);
  }

  @Override
  public String actor() {
    return "";
  }

  @Override
  public void tell(Activity event) {
    throw new AssertionError("nobody asked for " + event);
  }

  @Override
  public @Nullable ObjectNode credentials() {
    return null;
  }

  @Override
  public void renamed(String actor, ObjectNode credentials) {
    throw new AssertionError("nobody was " + actor);
  }

  @Override
  public Logger log() {
    return LOG;
  }
}
