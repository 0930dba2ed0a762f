package org.viesti.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process holds, in kB.
 *
 * @param heap Java objects after a full collection; 0 where there is no Java
 */
record Memory(long heap, long resident) {
  private static final Pattern USED = Pattern.compile("garbage-first.*used (\\d+)K");

  static Memory of(long pid) {
    return new Memory(0, Proc.residentKb(pid));
  }

  static Memory ofJava(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    jcmd(pid, "GC.run");
    Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
    if (!used.find()) {
      throw new IllegalStateException(
          "the heap's use is read from G1, and this is another collector");
    }
    return new Memory(Long.parseLong(used.group(1)), Proc.residentKb(pid));
  }

  private static String jcmd(long pid, String what) throws IOException, InterruptedException {
    Path jcmd = Path.of(BenchSettings.java()).resolveSibling("jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), what)
            .redirectErrorStream(true)
            .start();
    String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (asked.waitFor() != 0) {
      throw new IllegalStateException("jcmd " + what + ": " + answer);
    }
    return answer;
  }
}
