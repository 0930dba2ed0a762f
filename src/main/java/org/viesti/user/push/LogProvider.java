package org.viesti.user.push;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viesti.user.Push;
import org.viesti.user.PushProvider;
import org.viesti.user.PushResult;

/** Writes pushes to the node's log, for development. Neither tokens nor texts stand there. */
public final class LogProvider implements PushProvider {
  private static final Logger LOG = LoggerFactory.getLogger(LogProvider.class);

  @Override
  public String name() {
    return "log";
  }

  @Override
  public void start(Map<String, String> settings) {}

  @Override
  public CompletionStage<PushResult> send(Push push) {
    LOG.info(
        "push {} to {}/{}/{}: {} new, the last a {} from {}",
        push.id(),
        push.tenant(),
        push.user(),
        push.device(),
        push.count(),
        push.kind(),
        push.sender());
    return CompletableFuture.completedFuture(new PushResult.Accepted());
  }
}
