package org.viesti.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** What a flight recording says the node was busy with during the measurements. */
final class Profile {
  private static final int SHOWN = 20;

  private final Path recording;
  private final Instant from;
  private final Instant until;
  private final Map<String, Long> threads = new HashMap<>();
  private final Map<String, Long> methods = new HashMap<>();
  private final Map<String, Long> ours = new HashMap<>();
  private final Map<String, Long> classes = new HashMap<>();
  private final Map<String, Long> allocators = new HashMap<>();

  Profile(Path recording, Instant from, Instant until) {
    this.recording = recording;
    this.from = from;
    this.until = until;
  }

  void print(Report report) throws IOException {
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getStartTime().isAfter(from) && event.getStartTime().isBefore(until)) {
          count(event);
        }
      }
    }
    report.heading("What the node did, by " + recording.getFileName());
    report.say("    CPU by threads:");
    top(threads, report);
    report.say("    CPU by method on top:");
    top(methods, report);
    report.say("    CPU by the topmost method of Viesti:");
    top(ours, report);
    report.say("    bytes allocated, by class:");
    top(classes, report);
    report.say("    bytes allocated, by the topmost method of Viesti:");
    top(allocators, report);
  }

  private void count(RecordedEvent event) {
    switch (event.getEventType().getName()) {
      case "jdk.CPUTimeSample" -> {
        threads.merge(thread(event.getThread("eventThread")), 1L, Long::sum);
        methods.merge(topmost(event, ""), 1L, Long::sum);
        ours.merge(topmost(event, "org.viesti."), 1L, Long::sum);
      }
      case "jdk.ObjectAllocationSample" -> {
        long bytes = event.getLong("weight");
        classes.merge(event.getClass("objectClass").getName(), bytes, Long::sum);
        allocators.merge(topmost(event, "org.viesti."), bytes, Long::sum);
      }
      default -> {}
    }
  }

  /** The name that a pool's threads share. */
  private static String thread(@Nullable RecordedThread thread) {
    if (thread == null || thread.getJavaName() == null) {
      return "(not of Java)";
    }
    String name = thread.getJavaName();
    return name.isEmpty() ? "(virtual)" : name.replaceAll("\\d+", "N");
  }

  private static String topmost(RecordedEvent event, String prefix) {
    if (event.getStackTrace() == null) {
      return "(no stack)";
    }
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      RecordedMethod method = frame.getMethod();
      if (method.getType().getName().startsWith(prefix)) {
        return method.getType().getName() + "." + method.getName();
      }
    }
    return "(none)";
  }

  private static void top(Map<String, Long> counts, Report report) throws IOException {
    double all = counts.values().stream().mapToLong(Long::longValue).sum();
    List<Map.Entry<String, Long>> sorted =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(SHOWN)
            .toList();
    for (Map.Entry<String, Long> entry : sorted) {
      report.say(
          String.format(
              Locale.ROOT, "    %6.1f%%  %s", 100 * entry.getValue() / all, entry.getKey()));
    }
  }
}
