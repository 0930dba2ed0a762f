package org.viesti.edge;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.viesti.connection.RoomJson;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.Message;
import org.viesti.protocol.Payload;

/** What is said in rooms as payloads: the JSON of live streams and of calls. */
public final class RoomPayloads implements RoomJson {
  private static final ObjectReader POST = mapper().readerFor(Post.class);

  private record Post(
      @Nullable String clientId,
      @Nullable Payload payload,
      @Nullable String replyTo,
      @Nullable List<String> mentions) {}

  private static JsonMapper mapper() {
    JsonMapper mapper = JsonFrames.mapper();
    mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL));
    return mapper;
  }

  @Override
  public byte[] message(Message message) {
    return JsonFrames.entry(message);
  }

  @Override
  public ClientFrame.Send post(String room, byte[] json) {
    try {
      Post post = json.length == 0 ? null : POST.readValue(json);
      if (post == null) {
        throw JsonErrors.refused("the payload must be a JSON object");
      }
      return new MessageCalls.NewMessage(
              post.clientId(), room, post.payload(), post.replyTo(), post.mentions())
          .send();
    } catch (JsonProcessingException e) {
      throw JsonErrors.refusal(e, "the payload");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
