package org.viesti.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of a process. */
final class Proc {
  /** USER_HZ; the kernel shows it to user space as 100 on every architecture Java runs on. */
  private static final double TICKS = 100;

  /** Places in /proc/PID/stat, counted from the field after the command's closing parenthesis. */
  private static final int UTIME = 11;

  private static final int CUTIME = 13;

  /** Places in the first line of /proc/stat; guests are counted as users already. */
  private static final int IDLE = 4;

  private static final int IO_WAIT = 5;
  private static final int GUEST = 9;

  private Proc() {}

  /** Seconds of CPU, in user and kernel, that the process has used. */
  static double cpuSeconds(long pid) {
    return ticks(pid, UTIME) / TICKS;
  }

  /** The same of a process, its living children, and those it has already buried. */
  static double familyCpuSeconds(long pid) {
    double children =
        ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::children)
            .mapToDouble(child -> livingTicks(child.pid()))
            .sum();
    return (ticks(pid, UTIME) + ticks(pid, CUTIME) + children) / TICKS;
  }

  /** The same of everything on the machine, since it was started. */
  static double machineCpuSeconds() {
    String[] all = read(Path.of("/proc/stat")).split("\n", 2)[0].split(" +");
    double busy = 0;
    for (int i = 1; i < all.length; i++) {
      busy += i == IDLE || i == IO_WAIT || i >= GUEST ? 0 : Double.parseDouble(all[i]);
    }
    return busy / TICKS;
  }

  /** Resident memory in kB. */
  static long residentKb(long pid) {
    for (String line : read(Path.of("/proc/" + pid + "/status")).split("\n")) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IllegalStateException("process " + pid + " has no VmRSS");
  }

  /** How many files a process may have open at most. */
  static long maxOpenFiles() {
    for (String line : read(Path.of("/proc/self/limits")).split("\n")) {
      if (line.startsWith("Max open files")) {
        String hard = line.split(" {2,}")[2];
        return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
      }
    }
    return Long.MAX_VALUE;
  }

  static String loadAverage() {
    return read(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }

  private static double livingTicks(long pid) {
    try {
      return ticks(pid, UTIME);
    } catch (UncheckedIOException gone) {
      return 0;
    }
  }

  /** The sum of a user and a system time, which stand side by side. */
  private static double ticks(long pid, int first) {
    String stat = read(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Double.parseDouble(fields[first]) + Double.parseDouble(fields[first + 1]);
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
