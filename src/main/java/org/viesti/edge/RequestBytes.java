package org.viesti.edge;

import java.time.Duration;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;

/**
 * A request's bytes, so that too many can still be answered: to stop taking them at once would
 * reset the HTTP/2 stream, or close the HTTP/1.1 connection, and the answer that says why would be
 * lost.
 */
public final class RequestBytes {
  /** Long enough for an answer to go out; the bytes that come meanwhile are thrown away. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private RequestBytes() {}

  /** Fails with TOO_LARGE past so many bytes. */
  public static Source<ByteString, Object> upTo(int most, HttpEntity entity) {
    return of(entity)
        .statefulMap(
            () -> 0L,
            (before, bytes) -> {
              long seen = before + bytes.size();
              if (seen > most) {
                throw new Refused(
                    new Refusal(
                        ErrorCode.TOO_LARGE,
                        "a request holds at most " + most + " bytes",
                        "viesti.http.max-body-bytes",
                        null));
              }
              return org.apache.pekko.japi.Pair.create(seen, bytes);
            },
            seen -> java.util.Optional.empty());
  }

  /** All of them. */
  public static Source<ByteString, Object> of(HttpEntity entity) {
    return entity.withoutSizeLimit().getDataBytes().via(new LateCancel());
  }

  private static final class LateCancel extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Inlet<ByteString> in = Inlet.create("LateCancel.in");
    private final Outlet<ByteString> out = Outlet.create("LateCancel.out");

    @Override
    public FlowShape<ByteString, ByteString> shape() {
      return FlowShape.of(in, out);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
      return new TimerGraphStageLogic(shape()) {
        private boolean unwanted;

        {
          setHandler(
              in,
              new AbstractInHandler() {
                @Override
                public void onPush() {
                  ByteString bytes = grab(in);
                  if (unwanted) {
                    pull(in);
                  } else {
                    push(out, bytes);
                  }
                }
              });
          setHandler(
              out,
              new AbstractOutHandler() {
                @Override
                public void onPull() {
                  pull(in);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                  unwanted = true;
                  scheduleOnce("enough", PATIENCE);
                  if (!hasBeenPulled(in) && !isClosed(in)) {
                    pull(in);
                  }
                }
              });
        }

        @Override
        public void onTimer(Object key) {
          completeStage();
        }
      };
    }
  }
}
