package org.viesti.security;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.io.Serial;
import java.util.Arrays;

/**
 * Jackson's buffers, which are used again and again, for JSON that may have secrets in it: what was
 * in one is gone when it is put back.
 */
public final class WipedBuffers extends RecyclerPool.ConcurrentDequePoolBase<BufferRecycler> {
  @Serial private static final long serialVersionUID = 1;

  public static final WipedBuffers POOL = new WipedBuffers();

  private WipedBuffers() {
    super(0);
  }

  @Override
  public BufferRecycler createPooled() {
    return new Wiping();
  }

  private static final class Wiping extends BufferRecycler {
    @Override
    public void releaseByteBuffer(int kind, byte[] buffer) {
      Arrays.fill(buffer, (byte) 0);
      super.releaseByteBuffer(kind, buffer);
    }

    @Override
    public void releaseCharBuffer(int kind, char[] buffer) {
      Arrays.fill(buffer, '\0');
      super.releaseCharBuffer(kind, buffer);
    }
  }
}
