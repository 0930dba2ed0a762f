package org.viesti.platform.irc;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.kitteh.irc.client.library.Client;
import org.kitteh.irc.client.library.element.MessageTag;
import org.kitteh.irc.client.library.event.connection.ClientConnectionClosedEvent;
import org.kitteh.irc.client.library.event.connection.ClientConnectionEndedEvent;
import org.kitteh.irc.client.library.event.helper.ClientReceiveServerMessageEvent;
import org.kitteh.irc.client.library.feature.ServerInfo;
import org.slf4j.Logger;
import org.viesti.platform.PlatformFailure;

/**
 * One connection to a server, until it ends; a Kitteh client of its own, which forgets the secret
 * with the login and makes nothing again by itself. Lines are handed on one after the other, on a
 * thread of Kitteh's.
 */
final class IrcLink implements AutoCloseable {
  /** Kitteh is given this line when the connection has ended, so that it comes after the others. */
  private static final String END = "VIESTI-LINK-ENDED";

  /** What its sender is given behind all else, and does not send. */
  private static final String LAST = "VIESTI-LAST-LINE";

  /** Beyond what is needed before a line's text: the prefix that the server puts before it. */
  private static final int PREFIX_BYTES = 100;

  /** Who is told what happens to it; each may be called before {@link #open} returns. */
  interface Reader {
    /** The server knows the actor now. */
    void welcomed(IrcLink link);

    void line(IrcLink link, IrcLine line);

    /** It has ended, but not by {@link #close}. */
    void lost(IrcLink link, String why);
  }

  private final Client.WithManagement client;
  private final IrcWire wire;
  private final IrcSettings settings;
  private final Reader reader;
  private final Logger log;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable IrcLogin login;
  private volatile String nick;
  private volatile boolean made;
  private volatile @Nullable Throwable cause;
  private String lastWords = "";

  /**
   * Connects nowhere yet.
   *
   * @param realName what others may see as the actor's name
   */
  IrcLink(
      IrcCredentials credentials,
      String realName,
      IrcSettings settings,
      Reader reader,
      Logger log) {
    this.settings = settings;
    this.reader = reader;
    this.log = log;
    nick = credentials.nick();
    wire = new IrcWire(settings.connectTimeout());
    Client.Builder builder =
        Client.builder()
            .name(credentials.toString())
            .nick(credentials.nick())
            .user(credentials.username())
            .realName(realName);
    builder
        .server()
        .host(credentials.server())
        .port(
            credentials.port(),
            credentials.secure()
                ? Client.Builder.Server.SecurityType.SECURE
                : Client.Builder.Server.SecurityType.INSECURE)
        .secureTrustManagerFactory(
            credentials.anyCertificate() ? InsecureTrustManagerFactory.INSTANCE : null);
    builder.listeners().exception(null);
    builder
        .management()
        .eventListeners(List.of())
        .eventManager(any -> new IrcEvents(this::heard, this::ended))
        .messageSendingQueueSupplier(any -> new IrcPings())
        .networkHandler(wire);
    client = (Client.WithManagement) builder.build();
  }

  /** Connects and logs in; returns when the server has welcomed the actor. */
  void open(IrcCredentials credentials) throws PlatformFailure, InterruptedException {
    IrcLogin now = new IrcLogin(credentials, this::send);
    login = now;
    try {
      now.begin();
      client.connect();
      now.await(settings.connectTimeout());
    } catch (PlatformFailure e) {
      log.info("IRC server {} was not connected: {}", credentials.server(), why(e.text()));
      throw e;
    } finally {
      login = null;
    }
  }

  /** Writes a line; nothing if the connection has ended. */
  void send(String line) {
    client.sendRawLineImmediately(line);
  }

  void read(boolean on) {
    wire.read(on);
  }

  /** What the server calls the actor. */
  String nick() {
    return nick;
  }

  boolean isOwn(String name) {
    return same(name, nick);
  }

  /** Whether the server takes both for one nick, or one channel. */
  boolean same(String one, String other) {
    return info().getCaseMapping().areEqualIgnoringCase(one, other);
  }

  boolean isChannel(String name) {
    return !name.isEmpty() && info().getChannelPrefixes().contains(name.charAt(0));
  }

  /** What the server has said of itself. */
  ServerInfo info() {
    return client.getServerInfo();
  }

  /** Bytes of text that others get whole behind this. */
  int roomAfter(String beginning) {
    return IrcText.LINE_BYTES - PREFIX_BYTES - nick.length() - beginning.length();
  }

  /** Says farewell, and ends it at once. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      IrcLogin now = login;
      login = null;
      if (now != null) {
        now.ended(true);
      }
      client.shutdown(null);
      endSender();
    }
  }

  /**
   * Lets Kitteh's sender end itself behind all that it holds. Interrupted while it has nowhere to
   * write to, it would wait for ever (9.0.0, {@code QueueProcessingThreadSender.processElement}).
   */
  private void endSender() {
    client.beginMessageSendingImmediate(
        line -> {
          if (line.equals(LAST)) {
            Thread.currentThread().interrupt();
          }
        });
    send(LAST);
  }

  private void ended(ClientConnectionEndedEvent end) {
    end.setAttemptReconnect(false);
    if (closed.get()) {
      // Kitteh has just told it to write nowhere.
      endSender();
      return;
    }
    made = end instanceof ClientConnectionClosedEvent;
    cause = end.getCause().orElse(null);
    client.processLine(END);
  }

  private void heard(ClientReceiveServerMessageEvent event) {
    try {
      if (event.getCommand().equals(END)) {
        end();
        return;
      }
      String source = event.getActor().getName();
      boolean own = isOwn(IrcLine.nick(source));
      IrcLine line =
          new IrcLine(source, event.getCommand(), event.getParameters(), time(event), own);
      note(line);
      IrcLogin now = login;
      if (now == null) {
        reader.line(this, line);
      } else if (now.heed(line)) {
        login = null;
        client.startSending();
        reader.welcomed(this);
        now.done();
      }
    } catch (RuntimeException e) {
      log.warn("A line of IRC was not understood: {}", event.getCommand(), e);
    }
  }

  private void note(IrcLine line) {
    switch (line.command()) {
      case "001" -> nick = line.parameter(0);
      case "005" ->
          line.parameters().stream()
              .skip(1)
              .filter(parameter -> parameter.indexOf(' ') < 0)
              .forEach(
                  parameter ->
                      client
                          .getServerInfo()
                          .addISupportParameter(
                              client.getISupportManager().createParameter(parameter)));
      case "NICK" -> {
        if (line.own()) {
          nick = line.parameter(0);
        }
      }
      case "ERROR" -> lastWords = line.text();
      default -> {
        // not about the link
      }
    }
  }

  private void end() {
    IrcLogin now = login;
    if (now != null) {
      now.ended(made);
    } else if (!closed.get()) {
      reader.lost(this, why("connection to server closed."));
    }
  }

  private String why(String otherwise) {
    Throwable why = cause;
    if (!lastWords.isEmpty()) {
      return lastWords;
    }
    return why == null ? otherwise : why.toString();
  }

  private static @Nullable String time(ClientReceiveServerMessageEvent event) {
    return event.getMessageTags().stream()
        .filter(tag -> tag.getName().equals("time"))
        .findFirst()
        .flatMap(MessageTag::getValue)
        .orElse(null);
  }
}
