package org.viesti.edge;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.dispatch.Dispatcher;
import org.apache.pekko.dispatch.Dispatchers;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.apache.pekko.dispatch.ExecutorServiceFactoryProvider;
import org.apache.pekko.dispatch.MessageDispatcher;
import org.apache.pekko.dispatch.MessageDispatcherConfigurator;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Runs actors on one of Netty's event loops: a connection's actor and its channel then share a
 * thread, and what one tells the other changes none.
 */
final class LoopDispatcher extends MessageDispatcherConfigurator {
  /** Messages of one actor before it is another's turn, or a socket's. */
  private static final int AT_ONCE = 10;

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final MessageDispatcher dispatcher;

  /** Makes a dispatcher for each loop; they end with the loops, not with their actors. */
  static Map<EventExecutor, DispatcherSelector> ofEach(
      EventLoopGroup loops, ActorSystem<?> system) {
    Dispatchers dispatchers = Adapter.toClassic(system).dispatchers();
    Map<EventExecutor, DispatcherSelector> selectors = new HashMap<>();
    for (EventExecutor loop : loops) {
      String id = "viesti-live-" + NUMBERS.incrementAndGet();
      dispatchers.registerConfigurator(id, new LoopDispatcher(dispatchers, id, loop));
      selectors.put(loop, DispatcherSelector.fromConfig(id));
    }
    return Map.copyOf(selectors);
  }

  private LoopDispatcher(Dispatchers dispatchers, String id, EventExecutor loop) {
    super(dispatchers.defaultDispatcherConfig(), dispatchers.prerequisites());
    ExecutorServiceFactory factory = () -> new OnLoop(loop);
    ExecutorServiceFactoryProvider always = (name, threads) -> factory;
    dispatcher =
        new Dispatcher(
            this, id, AT_ONCE, Duration.Zero(), always, new FiniteDuration(1, TimeUnit.SECONDS));
  }

  @Override
  public MessageDispatcher dispatcher() {
    return dispatcher;
  }

  private static final class OnLoop extends AbstractExecutorService {
    private final EventExecutor loop;

    OnLoop(EventExecutor loop) {
      this.loop = loop;
    }

    /** An actor may outlive its loop while the node stops. */
    @Override
    public void execute(Runnable task) {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException e) {
        ForkJoinPool.commonPool().execute(task);
      }
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
