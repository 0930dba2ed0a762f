package org.viesti.edge.mqtt;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What a client's socket tells of it.
 *
 * @param address without its port
 * @param certificate that it showed, and that is in order; null: it showed none
 */
record Peer(String address, @Nullable X509Certificate certificate) {

  static Peer of(ChannelHandlerContext ctx) {
    String address =
        ctx.channel().remoteAddress() instanceof InetSocketAddress remote
                && remote.getAddress() != null
            ? remote.getAddress().getHostAddress()
            : "";
    return new Peer(address, certificate(ctx.pipeline().get(SslHandler.class)));
  }

  private static @Nullable X509Certificate certificate(@Nullable SslHandler tls) {
    try {
      return tls != null
              && tls.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate own
          ? own
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
