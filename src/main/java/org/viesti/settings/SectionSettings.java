package org.viesti.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One section of {@code viesti}: reads each value within its bounds.
 *
 * <p>A value that is missing, of another type or out of bounds is refused with a {@link
 * ConfigException} that names the whole key, where the value was set, and what it must be. The
 * bounds stand beside the key in reference.conf, in the same words.
 */
public final class SectionSettings {
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final String[] TIMES = {"d", "h", "m", "s"};
  private static final long[] TIME_MS = {DAY, 3_600_000, 60_000, 1000};
  private static final String[] SIZES = {"GiB", "MiB", "KiB"};

  private final Config root;
  private final String section;

  private SectionSettings(Config root, String section) {
    this.root = root;
    this.section = section;
  }

  /**
   * @param section below viesti
   */
  public static SectionSettings of(Config root, String section) {
    return new SectionSettings(root, "viesti." + section);
  }

  /**
   * One that is at hand as texts, as {@link #open} gives them.
   *
   * @param section below viesti
   */
  public static SectionSettings ofTexts(String section, Map<String, String> values) {
    Map<String, String> paths = new TreeMap<>();
    values.forEach((key, value) -> paths.put("viesti." + section + "." + key, value));
    return of(ConfigFactory.parseMap(paths, "settings"), section);
  }

  public int number(String key, int least, int most) {
    Number given = root.getNumber(path(key));
    if (given.doubleValue() != Math.rint(given.doubleValue())) {
      throw wrong(key, "must be a whole number, not " + given);
    }
    check(
        key,
        given.doubleValue() >= least && given.doubleValue() <= most,
        least + " to " + most,
        given);
    return given.intValue();
  }

  /** So many bytes: {@code 64KiB}. */
  public long bytes(String key, long least, long most) {
    long given = root.getBytes(path(key));
    check(key, given >= least && given <= most, size(least) + " to " + size(most), given);
    return given;
  }

  public Duration time(String key, Duration least, Duration most) {
    Duration given = root.getDuration(path(key));
    check(
        key,
        given.compareTo(least) >= 0 && given.compareTo(most) <= 0,
        time(least) + " to " + time(most),
        time(given));
    return given;
  }

  public boolean flag(String key) {
    return root.getBoolean(path(key));
  }

  public String text(String key) {
    return root.getString(path(key));
  }

  /** Null where it is empty. */
  public @Nullable String textOrNone(String key) {
    String text = text(key).strip();
    return text.isEmpty() ? null : text;
  }

  public List<String> texts(String key) {
    return root.getStringList(path(key));
  }

  /** Sections of any names with any keys: what each contains, as text. */
  public Map<String, Map<String, String>> open(String key) {
    Map<String, Map<String, String>> sections = new TreeMap<>();
    for (String name : root.getObject(path(key)).keySet()) {
      Map<String, String> settings = new TreeMap<>();
      root.getConfig(path(key))
          .getConfig(name)
          .entrySet()
          .forEach(
              entry -> settings.put(entry.getKey(), String.valueOf(entry.getValue().unwrapped())));
      sections.put(name, settings);
    }
    return sections;
  }

  /** Refuses a value for a reason that bounds do not tell. */
  public ConfigException wrong(String key, String sentence) {
    return new ConfigException.BadValue(root.getValue(path(key)).origin(), path(key), sentence);
  }

  private void check(String key, boolean within, String bounds, Object given) {
    if (!within) {
      throw wrong(key, "must be " + bounds + ", not " + given);
    }
  }

  private String path(String key) {
    return section + "." + key;
  }

  private static String time(Duration time) {
    long ms = time.toMillis();
    for (int i = 0; i < TIMES.length; i++) {
      if (ms != 0 && ms % TIME_MS[i] == 0) {
        return ms / TIME_MS[i] + TIMES[i];
      }
    }
    return ms == 0 ? "0s" : ms + "ms";
  }

  private static String size(long bytes) {
    for (int i = 0; i < SIZES.length; i++) {
      long unit = 1L << (10 * (SIZES.length - i));
      if (bytes != 0 && bytes % unit == 0) {
        return bytes / unit + SIZES[i];
      }
    }
    return Long.toString(bytes);
  }
}
