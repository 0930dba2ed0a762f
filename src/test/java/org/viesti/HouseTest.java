package org.viesti;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The picture of the house: floors only go down, and nothing stands outside. */
class HouseTest {
  private static final String ROOT = "org.viesti";

  /** The floor of each package; what lies below a package of this list is on its floor. */
  private static final Map<String, Integer> FLOORS =
      Map.ofEntries(
          Map.entry("protocol", 0),
          Map.entry("settings", 0),
          Map.entry("journal", 1),
          Map.entry("routing", 2),
          Map.entry("security", 2),
          Map.entry("room", 3),
          Map.entry("user", 3),
          Map.entry("device", 3),
          Map.entry("stream", 3),
          Map.entry("connection", 4),
          Map.entry("platform", 4),
          Map.entry("edge", 5),
          Map.entry("ops", 5),
          Map.entry("", 6));

  /** Long for a reason: tables of one thing each, that would not be clearer in pieces. */
  private static final Map<String, String> LONG =
      Map.of(
          "connection/DeviceConnection.java", "one actor, one face: its life and its frames",
          "edge/grpc/ChatCalls.java", "one service: a method for each call",
          "edge/mqtt/MqttSession.java", "one session: its phases are read together",
          "edge/websocket/WebSocketSession.java", "one session: its phases are read together",
          "device/Device.java", "one entity, one face",
          "platform/GatewaySession.java", "one entity, one face",
          "room/Room.java", "one entity, one face",
          "room/Rooms.java", "one door: a method for each call");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void every_package_has_a_floor() {
    for (JavaClass type : CLASSES) {
      if (!isGenerated(type)) {
        assertThat(FLOORS).as(type.getName()).containsKey(room(type));
      }
    }
  }

  @Test
  void floors_only_go_down() {
    TreeSet<String> wrong = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        if (target.getPackageName().startsWith(ROOT) && !mayUse(type, target)) {
          wrong.add(type.getName() + " -> " + target.getName());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean mayUse(JavaClass from, JavaClass to) {
    String own = from.getPackageName();
    String other = to.getPackageName();
    if (own.equals(other)) {
      return true;
    }
    if (room(from).equals(room(to))) {
      // A sub-package uses its parent, never a sibling.
      return own.startsWith(other) || isGenerated(to);
    }
    return FLOORS.getOrDefault(room(to), 0) < FLOORS.getOrDefault(room(from), 0);
  }

  /** The first name below org.viesti; empty for the top floor. */
  private static String room(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.")[0];
  }

  /** What protoc makes of src/main/proto. */
  private static boolean isGenerated(JavaClass type) {
    return type.getPackageName().endsWith(".v1");
  }

  @Test
  void the_words_know_no_pekko() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".protocol..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.apache.pekko.."))
        .check(CLASSES);
  }

  @Test
  void only_settings_and_the_wiring_read_configuration() {
    TreeSet<String> readers = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      type.getMethodCallsFromSelf().stream()
          .filter(call -> call.getTargetOwner().isEquivalentTo(Config.class))
          .filter(call -> !type.getSimpleName().endsWith("Settings"))
          .forEach(call -> readers.add(type.getName()));
    }
    assertThat(readers).isEmpty();
  }

  @Test
  void no_file_is_long_without_a_reason() throws IOException {
    Path sources = Path.of("src/main/java/org/viesti");
    try (Stream<Path> files = Files.walk(sources)) {
      List<String> tooLong =
          files
              .filter(file -> file.toString().endsWith(".java") && lines(file) > 400)
              .map(file -> sources.relativize(file).toString())
              .filter(file -> !LONG.containsKey(file))
              .toList();
      assertThat(tooLong).isEmpty();
    }
  }

  @Test
  void every_package_says_what_it_is() throws IOException {
    try (Stream<Path> folders = Files.walk(Path.of("src/main/java/org/viesti"))) {
      assertThat(folders.filter(Files::isDirectory))
          .allSatisfy(folder -> assertThat(folder.resolve("package-info.java")).exists());
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
