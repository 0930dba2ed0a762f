package org.viesti.ops;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.management.javadsl.PekkoManagement;

/**
 * The listener for operators: Pekko management's own routes (health, cluster), and ours beside
 * them.
 */
public final class ManagementServer {
  private final ServerBinding binding;

  private ManagementServer(ServerBinding binding) {
    this.binding = binding;
  }

  /** Listens; fails if the port is taken. */
  public static CompletionStage<ManagementServer> start(
      ActorSystem<?> system, String host, int port, List<Route> ours) {
    Route all = PekkoManagement.get(system).getRoutes();
    for (Route route : ours) {
      all = Directives.concat(route, all);
    }
    return Http.get(system).newServerAt(host, port).bind(all).thenApply(ManagementServer::new);
  }

  /** Where it listens; the port is the real one if port 0 was asked for. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  public CompletionStage<?> stop() {
    return binding.unbind();
  }
}
