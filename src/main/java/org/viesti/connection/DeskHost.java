package org.viesti.connection;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connection whose desks they are. */
interface DeskHost {
  /** What is finished later comes back into the connection's actor. */
  <T> void then(CompletionStage<T> stage, Consumer<Result<T>> effect);

  void end(CloseCause cause);

  /** One of both is null. */
  record Result<T>(@Nullable T value, @Nullable Throwable failure) {
    Throwable cause() {
      return Objects.requireNonNull(failure);
    }
  }
}
