package org.viesti.edge;

import static org.viesti.edge.ProtoFrames.ifThere;

import org.viesti.protocol.Body;
import org.viesti.protocol.Message;

/** Messages and their bodies as frames.proto's messages. */
public final class ProtoMessages {
  private ProtoMessages() {}

  /** A log's entry; its topic is the path alone, the tenant is the reader's own. */
  public static org.viesti.protocol.v1.Message message(Message message) {
    var made =
        org.viesti.protocol.v1.Message.newBuilder()
            .setTopic(message.topic().path())
            .setSeq(message.seq())
            .setPrev(message.prev())
            .setId(message.id())
            .setAt(message.at())
            .setSender(message.sender())
            .setBody(body(message.body()));
    ifThere(message.device(), made::setDevice);
    return made.build();
  }

  public static org.viesti.protocol.v1.Body body(Body body) {
    var made = org.viesti.protocol.v1.Body.newBuilder();
    switch (body) {
      case Body.Post(var payload, var clientId, var replyTo, var mentions) -> {
        var post = made.getPostBuilder().setPayload(ProtoPayloads.payload(payload));
        ifThere(clientId, post::setClientId);
        ifThere(replyTo, post::setReplyTo);
        ifThere(mentions, post::addAllMentions);
      }
      case Body.Erased() -> made.getErasedBuilder();
      case Body.Edit(var target, var payload, var mentions) -> {
        var edit =
            made.getEditBuilder().setTarget(target).setPayload(ProtoPayloads.payload(payload));
        ifThere(mentions, edit::addAllMentions);
      }
      case Body.Redaction(var target, var reason) -> {
        var redaction = made.getRedactionBuilder().setTarget(target);
        ifThere(reason, redaction::setReason);
      }
      case Body.Reaction(var target, var reaction, var add) ->
          made.getReactionBuilder().setTarget(target).setReaction(reaction).setAdd(add);
      case Body.RoomChange(var action, var targets, var details) -> {
        var change = made.getRoomChangeBuilder().setAction(action);
        ifThere(targets, change::addAllTargets);
        ifThere(details, map -> change.setDetails(Structs.struct(map)));
      }
      case Body.Membership(var room, var joined, var role, var position) -> {
        var membership =
            made.getMembershipBuilder().setRoom(room).setJoined(joined).setPosition(position);
        ifThere(role, membership::setRole);
      }
    }
    return made.build();
  }
}
