package org.viesti.platform.irc;

import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.kitteh.irc.client.library.event.connection.ClientConnectionEndedEvent;
import org.kitteh.irc.client.library.event.helper.ClientReceiveServerMessageEvent;
import org.kitteh.irc.client.library.feature.EventManager;
import org.kitteh.irc.client.library.feature.filter.FilterProcessor;

/**
 * Hands on the two of Kitteh's events that count: a line, and the end. Kitteh's own keeps two
 * threads a client, which outlive a connection that never came about (9.0.0, {@code
 * DefaultEventManager.onShutdown}).
 */
record IrcEvents(
    Consumer<ClientReceiveServerMessageEvent> lines, Consumer<ClientConnectionEndedEvent> end)
    implements EventManager {

  @Override
  public void callEvent(Object event) {
    switch (event) {
      case ClientReceiveServerMessageEvent line -> lines.accept(line);
      case ClientConnectionEndedEvent ended -> end.accept(ended);
      default -> {
        // what happens to Kitteh itself
      }
    }
  }

  @Override
  public Set<Object> getRegisteredEventListeners() {
    return Set.of();
  }

  @Override
  public Map<Class<? extends Annotation>, FilterProcessor<?, ? extends Annotation>>
      getAnnotationFilters() {
    return Map.of();
  }

  @Override
  public <A extends Annotation> void registerAnnotationFilter(
      Class<A> type, FilterProcessor<?, A> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void registerEventListener(Object listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unregisterEventListener(Object listener) {
    throw new UnsupportedOperationException();
  }
}
