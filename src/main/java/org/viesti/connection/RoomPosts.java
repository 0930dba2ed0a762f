package org.viesti.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.viesti.protocol.ClientFrame;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Payload;
import org.viesti.protocol.Publication;
import org.viesti.protocol.Refusal;
import org.viesti.protocol.Refused;
import org.viesti.protocol.RoomId;
import org.viesti.protocol.Topic;
import org.viesti.protocol.Utf8;
import org.viesti.protocol.Validation;
import org.viesti.security.Principal;

/**
 * What one client publishes to rooms: each publish is a post. Text is a text message; what is said
 * to be {@code application/json} is a post as REST takes it, with a client id if it is to be posted
 * once however often it comes.
 */
final class RoomPosts {
  private static final String JSON = "application/json";

  private final Admission admission;
  private final RoomJson json;
  private final Principal principal;
  private final Publishing publishing;
  private final int most;

  /**
   * @param most posts that go to their rooms together
   */
  RoomPosts(
      Admission admission, RoomJson json, Principal principal, Publishing publishing, int most) {
    this.admission = admission;
    this.json = json;
    this.principal = principal;
    this.publishing = publishing;
    this.most = most;
  }

  /** Posts them in this order; each is done when it is committed, or fails with a refusal. */
  List<CompletionStage<Done>> post(List<ClientFrame.Publish> publishes) {
    List<CompletionStage<Done>> answers = new ArrayList<>(publishes.size());
    List<ClientFrame.Send> sends = new ArrayList<>(publishes.size());
    List<CompletableFuture<Done>> places = new ArrayList<>(publishes.size());
    for (ClientFrame.Publish publish : publishes) {
      CompletableFuture<Done> answer = new CompletableFuture<>();
      answers.add(answer);
      try {
        sends.add(send(publish));
        publishing.takeRate();
        places.add(answer);
      } catch (Refused refused) {
        answer.completeExceptionally(refused);
      }
    }
    for (int from = 0; from < places.size(); from += most) {
      int to = Math.min(places.size(), from + most);
      post(sends.subList(from, to), places.subList(from, to));
    }
    return answers;
  }

  private void post(List<ClientFrame.Send> sends, List<CompletableFuture<Done>> places) {
    admission
        .post(principal, sends)
        .whenComplete(
            (results, failure) -> {
              for (int i = 0; i < places.size(); i++) {
                Refusal refusal = results == null ? Refused.in(failure) : results.get(i).refusal();
                if (refusal == null) {
                  places.get(i).complete(Done.getInstance());
                } else {
                  places.get(i).completeExceptionally(new Refused(hidden(refusal)));
                }
              }
            });
  }

  /** Who is not in a room is not told whether there is one, or was. */
  static Refusal hidden(Refusal refusal) {
    return refusal.code() == ErrorCode.GONE ? NOT_IN : refusal;
  }

  static final Refusal NOT_IN =
      Refusal.of(ErrorCode.NOT_FOUND, "no such room, or you are not in it");

  /** The topic is right: what is wrong is the payload. */
  private ClientFrame.Send json(String room, byte[] bytes) {
    try {
      return json.post(room, bytes);
    } catch (Refused refused) {
      throw new Refused(ErrorCode.PAYLOAD_MISMATCH, refused.refusal().detail());
    }
  }

  private ClientFrame.Send send(ClientFrame.Publish publish) {
    String room =
        new RoomId(principal.user().tenant(), publish.topic().substring(Topic.ROOMS.length())).id();
    if (publish.retain()) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT, "a room keeps all that is posted: nothing is retained there");
    }
    Publication.Properties properties = publish.properties();
    if (properties != null && JSON.equalsIgnoreCase(properties.contentType())) {
      return json(room, publish.bytes());
    }
    String text = Utf8.text(publish.bytes());
    if (text == null) {
      throw new Refused(
          ErrorCode.PAYLOAD_MISMATCH, "what is posted to a room is text in UTF-8, or " + JSON);
    }
    return Validation.valid(
        new ClientFrame.Send(
            UUID.randomUUID().toString(), room, Payload.Text.of(text), null, null));
  }
}
