package org.viesti.platform.feed;

import java.util.Map;
import org.viesti.platform.WebSettings;
import org.viesti.settings.SectionSettings;

/**
 * How feeds are read.
 *
 * @param maxResultBytes of text, told of one
 */
record FeedSettings(WebSettings web, long maxResultBytes) {

  /** Throws {@link com.typesafe.config.ConfigException} with a sentence for operators. */
  static FeedSettings of(Map<String, String> settings) {
    SectionSettings own = SectionSettings.ofTexts("gateway.platforms." + FeedPlatform.ID, settings);
    return new FeedSettings(
        WebSettings.of(FeedPlatform.ID, settings),
        own.bytes("max-result-bytes", 1 << 10, 256 << 20));
  }
}
