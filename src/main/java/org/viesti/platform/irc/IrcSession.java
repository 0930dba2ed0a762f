package org.viesti.platform.irc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;
import org.viesti.platform.Platform;
import org.viesti.platform.PlatformFailure;

/**
 * What an actor may do in IRC. A job is done when the server answers a PING behind its line, and
 * fails with what the server says about its channel or nick before that; so nothing is asked twice.
 * What cannot be asked because the connection is being made again may be tried later; what was
 * asked when it broke may have been done.
 */
final class IrcSession implements Platform.Session {
  /** Before what the actor does, rather than says. */
  private static final String ME = "/me ";

  /** Before what nobody is to answer. */
  private static final String NOTICE = "/notice ";

  private final Platform.Host host;
  private final IrcConnection connection;

  IrcSession(Platform.Host host, IrcSettings settings) {
    this.host = host;
    connection = new IrcConnection(host, settings);
  }

  @Override
  public @Nullable Activity run(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    String verb = request.type();
    if (verb.equals("disconnect")) {
      connection.disconnect();
      return null;
    }
    if (verb.equals("connect") || (credentials != null && !connection.connected())) {
      connect(request, credentials);
    }
    switch (verb) {
      case "connect" -> {
        // done
      }
      case "join" -> join(channel(request));
      case "leave" -> leave(channel(request));
      case "send" -> send(request, "PRIVMSG");
      case "announce" -> send(request, "NOTICE");
      case "query" -> query(request);
      case "update" -> update(request, credentials);
      default -> throw PlatformFailure.lasting("platform method " + verb + " not available");
    }
    return null;
  }

  @Override
  public boolean connected() {
    return connection.connected();
  }

  @Override
  public void close() {
    connection.close();
  }

  /** A client that waits is told at once; it may ask again. */
  private void connect(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    if (credentials == null) {
      throw PlatformFailure.lasting(
          "no client found, and no credentials specified. you must connect first");
    }
    IrcCredentials login = IrcCredentials.of(credentials);
    String name = request.text("actor", "name");
    try {
      connection.connect(
          login, name == null || name.isEmpty() ? login.nick() : IrcText.checked(name));
    } catch (PlatformFailure e) {
      throw PlatformFailure.lasting(e.text());
    }
  }

  private void join(String channel) throws PlatformFailure, InterruptedException {
    connection.live();
    if (!connection.isIn(channel)) {
      connection.ask("join", channel, "JOIN", List.of("JOIN " + channel));
    }
  }

  private void leave(String channel) throws PlatformFailure {
    connection.live().send("PART " + channel);
    connection.leave(channel);
  }

  private void send(Activity request, String command) throws PlatformFailure, InterruptedException {
    String content = request.text("object", "content");
    if (content == null || content.isEmpty()) {
      throw PlatformFailure.lasting("cannot send message with no object.content");
    }
    IrcText.checked(content);
    String target = target(request);
    IrcLink link = connection.live();
    if (link.isChannel(target) && !connection.isIn(target)) {
      throw PlatformFailure.lasting(
          "cannot send message to a channel of which you've not first joined.");
    }
    if (content.startsWith(ME)) {
      say(link, command, target, content.substring(ME.length()), "\1ACTION ", "\1");
    } else if (content.startsWith(NOTICE)) {
      say(link, "NOTICE", target, content.substring(NOTICE.length()), "", "");
    } else {
      say(link, command, target, content, "", "");
    }
  }

  private void say(
      IrcLink link, String command, String target, String content, String before, String after)
      throws PlatformFailure, InterruptedException {
    String beginning = command + " " + target + " :" + before;
    List<String> lines = new ArrayList<>();
    for (String piece : IrcText.pieces(content, link.roomAfter(beginning + after))) {
      lines.add(beginning + piece + after);
    }
    connection.ask("send", target, "", lines);
  }

  private void query(Activity request) throws PlatformFailure {
    String what = String.valueOf(request.text("object", "type"));
    if (!what.equals("attendance")) {
      throw PlatformFailure.lasting("unknown 'type' '" + what + "'");
    }
    String channel = named(request);
    IrcLink link = connection.live();
    if (channel == null || !link.isChannel(channel)) {
      throw PlatformFailure.lasting("cannot query attendance without a valid channel name");
    }
    link.send("NAMES " + IrcText.name(channel));
  }

  private void update(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    String what = String.valueOf(request.text("object", "type"));
    switch (what) {
      case "topic" -> {
        String content = request.text("object", "content");
        String channel = channel(request);
        String text = content == null ? "" : IrcText.checked(content);
        connection.ask("update", channel, "TOPIC", List.of("TOPIC " + channel + " :" + text));
      }
      case "address" -> rename(request, credentials);
      default -> throw PlatformFailure.lasting("unknown update action: " + what);
    }
  }

  private void rename(Activity request, @Nullable ObjectNode credentials)
      throws PlatformFailure, InterruptedException {
    String nick = target(request);
    connection.ask("update", nick, "NICK", List.of("NICK " + nick));
    String now = connection.live().nick();
    if (!now.equals(nick)) {
      throw PlatformFailure.lasting("the nick is still " + now);
    }
    if (credentials != null) {
      String id = request.text("target", "id");
      host.renamed(
          id == null ? nick + "@" + credentials.path("server").asText() : id,
          IrcCredentials.renamed(credentials, nick));
    }
  }

  // Whom or what it is about.

  private static String channel(Activity request) throws PlatformFailure {
    String channel = target(request);
    if (channel.equals("0")) {
      // It would leave all of them (RFC 2812 §3.2.1).
      throw PlatformFailure.lasting("no such channel 0");
    }
    return channel;
  }

  private static String target(Activity request) throws PlatformFailure {
    String name = named(request);
    if (name == null) {
      throw PlatformFailure.lasting("cannot " + request.type() + " without a target.name");
    }
    return IrcText.name(name);
  }

  /** By its name, or else as its id has it: {@code server/#channel}, {@code nick@server}. */
  private static @Nullable String named(Activity request) {
    String name = request.text("target", "name");
    if (name != null && !name.isEmpty()) {
      return name;
    }
    String id = request.text("target", "id");
    if (id == null) {
      return null;
    }
    int channel = id.indexOf('#');
    if (channel >= 0) {
      return id.substring(channel);
    }
    int at = id.indexOf('@');
    return at < 0 ? id : id.substring(0, at);
  }
}
