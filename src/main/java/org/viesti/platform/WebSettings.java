package org.viesti.platform;

import java.time.Duration;
import java.util.Map;
import org.viesti.settings.SectionSettings;

/**
 * How a platform fetches from the web.
 *
 * @param timeout for all of it, from the lookup of the name to the last byte
 * @param maxBytes of a body, once decompressed
 * @param maxTags of HTML or XML
 * @param allowPrivateAddresses whether what is not public may be called
 * @param userAgent what servers are told
 */
public record WebSettings(
    Duration timeout,
    int maxBytes,
    int maxTags,
    int maxRedirects,
    boolean allowPrivateAddresses,
    String userAgent) {

  /**
   * Throws {@link com.typesafe.config.ConfigException} with a sentence for operators.
   *
   * @param id of the platform
   * @param settings its own, as {@link Platform.Host} gives them
   */
  public static WebSettings of(String id, Map<String, String> settings) {
    SectionSettings own = SectionSettings.ofTexts("gateway.platforms." + id, settings);
    return new WebSettings(
        own.time("timeout", Duration.ofMillis(1), Duration.ofMinutes(1)),
        (int) own.bytes("max-bytes", 1 << 10, 256 << 20),
        own.number("max-tags", 1, 10_000_000),
        own.number("max-redirects", 0, 100),
        own.flag("allow-private-addresses"),
        own.text("user-agent"));
  }
}
