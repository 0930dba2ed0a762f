package org.viesti.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host of a session that does everybody's jobs, and so has nothing to tell anyone unasked. */
record SharedHost(String platform, GatewaySettings all) implements Platform.Host {

  @Override
  public Map<String, String> settings() {
    return all.of(platform);
  }

  @Override
  public String actor() {
    return "";
  }

  @Override
  public void tell(Activity event) {
    throw new IllegalStateException(platform + " is not persistent: it has nobody to tell");
  }

  @Override
  public @Nullable ObjectNode credentials() {
    return null;
  }

  @Override
  public void renamed(String actor, ObjectNode credentials) {
    throw new IllegalStateException(platform + " is not persistent: it is nobody's");
  }

  @Override
  public Logger log() {
    return LoggerFactory.getLogger("org.viesti.platform." + platform);
  }
}
