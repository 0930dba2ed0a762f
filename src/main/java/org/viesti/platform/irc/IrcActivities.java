package org.viesti.platform.irc;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kitteh.irc.client.library.element.mode.ChannelMode;
import org.kitteh.irc.client.library.element.mode.ChannelUserMode;
import org.viesti.platform.Activity;

/**
 * What a server's lines say, as activities: a table. What the actor itself did is nothing new to
 * it, and left out. {@code S} is the server as the credentials name it; a person is {@code nick@S},
 * a room {@code S/#channel}, the server a service {@code S}.
 */
final class IrcActivities {
  private static final String ACTION = "\1ACTION ";

  /** With milliseconds, as JavaScript writes it. */
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final String server;
  private final IrcLink link;

  /** Of channels whose topic was said, but not yet by whom. */
  private final Map<String, String> topics = new HashMap<>();

  private final List<String> greeting = new ArrayList<>();

  IrcActivities(String server, IrcLink link) {
    this.server = server;
    this.link = link;
  }

  List<Activity> of(IrcLine line) {
    return switch (line.command()) {
      case "JOIN" -> by(line, "join", room(line.parameter(0)), null);
      case "PART" ->
          by(line, "leave", room(line.parameter(0)), message("user has left the channel"));
      case "QUIT" -> by(line, "leave", service(), message("user has quit"));
      case "PRIVMSG" -> by(line, "send", addressee(line.parameter(0)), spoken(line.text()));
      case "NICK" -> by(line, "update", person(line.parameter(0)), part("address"));
      case "TOPIC" -> by(line, "update", room(line.parameter(0)), topic(line.text()));
      case "NOTICE" -> notice(line);
      case "332" -> {
        topics.put(line.parameter(1), line.text());
        yield List.of();
      }
      case "333" -> topicSetter(line);
      case "353" -> names(line);
      case "352", "354" -> who(line);
      case "MODE" -> modes(line);
      case "372" -> {
        greeting.add(line.text());
        yield List.of();
      }
      case "376" -> greeting(line);
      case "403",
          "471",
          "472",
          "473",
          "474",
          "475",
          "476",
          "477",
          "478",
          "482",
          "432",
          "433",
          "437" ->
          error(line);
      default -> List.of();
    };
  }

  /** What an error says to whoever waits for it. */
  static String text(IrcLine error) {
    return error.command().equals("403") ? "no such channel " + error.parameter(1) : error.text();
  }

  private List<Activity> by(
      IrcLine line, String type, ObjectNode target, @Nullable ObjectNode object) {
    return line.own() ? List.of() : List.of(made(line, type, person(line.nick()), target, object));
  }

  private List<Activity> notice(IrcLine line) {
    return line.own()
        ? List.of()
        : List.of(made(line, "send", service(), person(line.parameter(0)), message(line.text())));
  }

  private List<Activity> topicSetter(IrcLine line) {
    String content = topics.remove(line.parameter(1));
    String setter = IrcLine.nick(line.parameter(2));
    if (content == null || link.isOwn(setter)) {
      return List.of();
    }
    Activity said = made(line, "update", person(setter), room(line.parameter(1)), topic(content));
    return List.of(
        line.parameter(3).matches("[0-9]{1,12}")
            ? said.with("published", iso(Instant.ofEpochSecond(Long.parseLong(line.parameter(3)))))
            : said);
  }

  private List<Activity> names(IrcLine line) {
    List<Activity> present = new ArrayList<>();
    for (String entry : line.text().split(" ")) {
      int at = 0;
      while (at < entry.length() && isPrefix(entry.charAt(at))) {
        at++;
      }
      String nick = IrcLine.nick(entry.substring(at));
      if (!nick.isEmpty()) {
        String role = at == 0 ? "member" : roleOfPrefix(entry.charAt(0));
        present.addAll(presence(line, nick, line.parameter(2), role));
      }
    }
    return present;
  }

  /** Of the same order in 354 if so many fields were asked for; else channel, nick and flags. */
  private List<Activity> who(IrcLine line) {
    int nick = line.parameters().size() >= 7 ? 5 : 2;
    if (line.parameter(nick + 1).isEmpty()) {
      return List.of();
    }
    String role = "member";
    for (char flag : line.parameter(nick + 1).toCharArray()) {
      // The IRC operators' star is none of the channel's.
      if (flag != '*' && isPrefix(flag)) {
        role = roleOfPrefix(flag);
        break;
      }
    }
    return presence(line, line.parameter(nick), line.parameter(1), role);
  }

  private List<Activity> presence(IrcLine line, String nick, String channel, String role) {
    if (link.isOwn(nick)) {
      return List.of();
    }
    return List.of(
        made(line, "update", person(nick), room(channel), part("presence").put("role", role)));
  }

  private List<Activity> modes(IrcLine line) {
    List<Activity> changes = new ArrayList<>();
    String channel = line.parameter(0);
    if (line.own() || !link.isChannel(channel)) {
      return changes;
    }
    boolean add = true;
    int next = 2;
    for (char mode : line.parameter(1).toCharArray()) {
      if (mode == '+' || mode == '-') {
        add = mode == '+';
      } else if (isRole(mode)) {
        String nick = line.parameter(next++);
        if (nick.isEmpty()) {
          continue;
        }
        ObjectNode role =
            part("relationship")
                .put("relationship", "role")
                .<ObjectNode>set("subject", part("presence").put("role", roleOfMode(mode)))
                .set("object", room(channel));
        changes.add(made(line, add ? "add" : "remove", person(line.nick()), person(nick), role));
      } else if (hasParameter(mode, add)) {
        next++;
      }
    }
    return changes;
  }

  private List<Activity> greeting(IrcLine line) {
    ObjectNode said = topic(String.join(" ", greeting));
    greeting.clear();
    return List.of(made(line, "update", service().put("name", server), null, said));
  }

  private List<Activity> error(IrcLine line) {
    String about = line.parameter(1);
    Activity failed =
        switch (line.command()) {
          case "403" ->
              made(line, "join", service(), part("person").put("id", about + "@" + server), null);
          case "432", "433", "437" -> made(line, "update", person(about), service(), null);
          default ->
              made(
                  line,
                  "update",
                  part("person").put("id", link.nick() + "@" + server),
                  part("room").put("id", server + "/" + about),
                  null);
        };
    return List.of(failed.with("error", text(line)));
  }

  // What the server has said of its modes.

  private boolean isPrefix(char prefix) {
    return prefix == '*'
        || link.info().getChannelUserModes().stream()
            .anyMatch(mode -> mode.getNickPrefix() == prefix)
        || "~&@%+".indexOf(prefix) >= 0;
  }

  private static String roleOfPrefix(char prefix) {
    return switch (prefix) {
      case '~', '&', '@' -> "owner";
      case '%' -> "admin";
      case '+', '*' -> "participant";
      default -> "member";
    };
  }

  private boolean isRole(char letter) {
    return letter == 'h'
        || link.info().getChannelUserModes().stream()
            .map(ChannelUserMode::getChar)
            .anyMatch(mode -> mode == letter);
  }

  private static String roleOfMode(char letter) {
    return switch (letter) {
      case 'q', 'a', 'o' -> "owner";
      case 'h' -> "admin";
      case 'v' -> "participant";
      default -> "member";
    };
  }

  private boolean hasParameter(char letter, boolean add) {
    for (ChannelMode mode : link.info().getChannelModes()) {
      if (mode.getChar() == letter) {
        return add
            ? mode.getType().isParameterRequiredOnSetting()
            : mode.getType().isParameterRequiredOnRemoval();
      }
    }
    return false;
  }

  // Parts of an activity.

  private ObjectNode addressee(String name) {
    return link.isChannel(name)
        ? room(name)
        : part("person").put("id", server + "/" + name).put("name", name);
  }

  private ObjectNode person(String nick) {
    return part("person").put("id", nick + "@" + server).put("name", nick);
  }

  private ObjectNode room(String channel) {
    return part("room").put("id", server + "/" + channel).put("name", channel);
  }

  private ObjectNode service() {
    return part("service").put("id", server);
  }

  private static ObjectNode spoken(String text) {
    int action = text.startsWith("+") ? 1 : 0;
    if (!text.startsWith(ACTION, action)) {
      return message(text);
    }
    String done = text.substring(action + ACTION.length());
    return part("me")
        .put("content", done.endsWith("\1") ? done.substring(0, done.length() - 1) : done);
  }

  private static ObjectNode message(String text) {
    return part("message").put("content", text);
  }

  private static ObjectNode topic(String text) {
    return part("topic").put("content", text);
  }

  private static ObjectNode part(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static Activity made(
      IrcLine line,
      String type,
      ObjectNode actor,
      @Nullable ObjectNode target,
      @Nullable ObjectNode object) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("type", type);
    json.set("actor", actor);
    if (target != null) {
      json.set("target", target);
    }
    if (object != null) {
      json.set("object", object);
    }
    String time = line.time();
    json.put("published", time == null ? iso(Instant.now()) : time);
    return new Activity(IrcPlatform.ID, json);
  }

  private static String iso(Instant time) {
    return ISO.format(time);
  }
}
