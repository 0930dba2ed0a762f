package org.viesti.platform.xmpp;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.X509TrustManager;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.ConnectionListener;
import org.jivesoftware.smack.SmackConfiguration.UnknownIqRequestReplyMode;
import org.jivesoftware.smack.SmackException;
import org.jivesoftware.smack.SmackException.NotConnectedException;
import org.jivesoftware.smack.StanzaCollector;
import org.jivesoftware.smack.XMPPException;
import org.jivesoftware.smack.filter.StanzaIdFilter;
import org.jivesoftware.smack.packet.ErrorIQ;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.IqData;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smack.util.ParserUtils;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jxmpp.jid.parts.Resourcepart;

/**
 * One connection to a server, logged in; once lost it is not used again. {@link SmackSetup} comes
 * before its first.
 */
final class Link extends XMPPTCPConnection {

  /** What becomes of a link. */
  interface Listener {
    /** By the thread that reads: while it waits, nothing is read. Also what is no message. */
    void heard(Link link, Stanza stanza) throws InterruptedException;

    /** Lost, and not by {@link Link#end}. */
    void lost(Link link, LinkFailure failure);
  }

  private final Listener listener;
  private final Account account;

  /** Only while it logs in. */
  private String secret = "";

  private volatile boolean ended;
  private volatile boolean lost;
  private volatile long lastHeard = System.nanoTime();

  private Link(
      XMPPTCPConnectionConfiguration configuration,
      Account account,
      Duration replyTimeout,
      Listener listener) {
    super(configuration);
    this.account = account;
    this.listener = listener;
    setReplyTimeout(replyTimeout.toMillis());
    setUseStreamManagement(false);
    setParsingExceptionCallback(unreadable -> {});
    setUnknownIqRequestReplyMode(UnknownIqRequestReplyMode.doNotReply);
    addConnectionListener(
        new ConnectionListener() {
          @Override
          public void connectionClosed() {
            lose(LinkFailure.network("the server closed the stream"));
          }

          @Override
          public void connectionClosedOnError(Exception e) {
            lose(LinkFailure.of(e, account));
          }
        });
  }

  /**
   * Connects and logs in, within the connect timeout.
   *
   * @param password not kept
   */
  static Link open(Account account, String password, XmppSettings settings, Listener listener)
      throws LinkFailure, InterruptedException {
    Link link =
        new Link(configuration(account, settings), account, settings.replyTimeout(), listener);
    FutureTask<Void> opening =
        new FutureTask<>(
            () -> {
              link.connect();
              link.logIn(password);
              return null;
            });
    Thread opener = Thread.ofVirtual().name("xmpp-connect").start(opening);
    try {
      opening.get(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
      opener.join(); // It has had the password until then.
      return link;
    } catch (ExecutionException e) {
      link.abandon(opening);
      throw LinkFailure.of(Objects.requireNonNull(e.getCause()), account);
    } catch (TimeoutException e) {
      link.abandon(opening);
      throw LinkFailure.network(
          "ETIMEDOUT: not connected within " + settings.connectTimeout().toMillis() + " ms");
    } catch (InterruptedException e) {
      link.abandon(opening);
      throw e;
    }
  }

  private static XMPPTCPConnectionConfiguration configuration(
      Account account, XmppSettings settings) throws LinkFailure {
    XMPPTCPConnectionConfiguration.Builder builder =
        XMPPTCPConnectionConfiguration.builder()
            .setXmppDomain(account.address().asDomainBareJid())
            .setPort(account.port())
            .setConnectTimeout((int) settings.connectTimeout().toMillis())
            .setSendPresence(false)
            .setCompressionEnabled(false)
            .setSecurityMode(
                settings.requireTls() ? SecurityMode.required : SecurityMode.ifpossible)
            .addEnabledSaslMechanism(
                List.of(Scram.sha256().getName(), Scram.sha1().getName(), new Plain().getName()));
    if (settings.allowInvalidCertificate()) {
      builder.setCustomX509TrustManager(new AnyCertificate());
      builder.setHostnameVerifier((host, session) -> true);
    }
    try {
      if (account.host() != null) {
        builder.setHost(account.host());
      }
      return builder.build();
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw LinkFailure.lasting("no server can be called " + account.host());
    }
  }

  /** For servers that say {@code allow-invalid-certificate}. */
  private static final class AnyCertificate implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private void logIn(String password)
      throws XMPPException, SmackException, IOException, InterruptedException {
    if (password.isEmpty()) {
      throw new SmackException.SmackSaslException("there is no password");
    }
    secret = password;
    try {
      login(account.address().getLocalpart(), "", account.resource());
    } finally {
      secret = "";
    }
  }

  /** Smack keeps the password that {@link #login} is given: it is given none. */
  @Override
  protected synchronized void loginInternal(String user, String none, Resourcepart resource)
      throws XMPPException, SmackException, IOException, InterruptedException {
    super.loginInternal(user, secret, resource);
  }

  /** Smack would take a stanza that it cannot read, which anybody may send, for a broken link. */
  @Override
  protected void parseAndProcessStanza(XmlPullParser parser)
      throws XmlPullParserException, IOException, InterruptedException {
    int depth = parser.getDepth();
    try {
      super.parseAndProcessStanza(parser);
    } catch (RuntimeException unreadable) {
      ParserUtils.forwardToEndTagOfDepth(parser, depth);
    }
  }

  @Override
  protected void processStanza(Stanza stanza) throws InterruptedException {
    lastHeard = System.nanoTime();
    if (!ended) {
      listener.heard(this, stanza);
    }
    if (stanza instanceof IQ iq && iq.isRequestIQ()) {
      answer(iq);
    }
    super.processStanza(stanza);
  }

  /**
   * What is asked of the actor itself: it is there, it has heard of its contacts; it can do nothing
   * else. Smack's own answer would end the stream: it is no XML where what was asked has a name of
   * its own.
   */
  private void answer(IQ request) {
    String namespace = request.getChildElementNamespace();
    boolean known = Namespaces.PING.equals(namespace) || Namespaces.ROSTER.equals(namespace);
    IQ answer = known ? IQ.createResultIQ(request) : unavailable(request);
    Thread.ofVirtual()
        .name("xmpp-answer")
        .start(
            () -> {
              try {
                sendStanza(answer);
              } catch (NotConnectedException | InterruptedException lost) {
                // And so is who asked.
              }
            });
  }

  private static IQ unavailable(IQ request) {
    IqData head = StanzaBuilder.buildIqData(request.getStanzaId());
    head.ofType(IQ.Type.error).to(request.getFrom());
    return ErrorIQ.builder(
            StanzaError.getBuilder(StanzaError.Condition.service_unavailable).build(), head)
        .build();
  }

  /** Whether something was heard within that time, or the server answers now. */
  boolean isAlive(Duration quiet) throws InterruptedException {
    if (quietFor().compareTo(quiet) < 0) {
      return true;
    }
    IQ ping = ElementIq.get("ping", Namespaces.PING, "ping_" + UUID.randomUUID());
    try (Collecting answer =
        new Collecting(createStanzaCollectorAndSend(new StanzaIdFilter(ping), ping))) {
      return answer.collector().nextResult() != null;
    } catch (NotConnectedException e) {
      return false;
    }
  }

  private record Collecting(StanzaCollector collector) implements AutoCloseable {
    @Override
    public void close() {
      collector.cancel();
    }
  }

  /** Since when nothing was heard. */
  Duration quietFor() {
    return Duration.ofNanos(System.nanoTime() - lastHeard);
  }

  /** Also if nobody listened when it was. */
  boolean isLost() {
    return lost;
  }

  boolean hasEnded() {
    return ended;
  }

  private void lose(LinkFailure failure) {
    lost = true;
    if (!ended) {
      listener.lost(this, failure);
    }
  }

  private void abandon(FutureTask<Void> opening) {
    opening.cancel(true);
    abandon();
  }

  /** Drops it, without a word and without waiting. */
  void abandon() {
    ended = true;
    Thread.ofVirtual().name("xmpp-abandon").start(this::instantShutdown);
  }

  /** From now on nothing is heard of it; {@link #disconnect} is what remains. */
  void end() {
    ended = true;
  }
}
