package org.viesti.protocol;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a log, as every reader sees it.
 *
 * <p>{@code prev} is the position of the entry before it that readers see: positions only grow, but
 * not every position holds something to see, so a receiver finds a gap by comparing {@code prev}
 * with the last {@code seq} it has.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
public final class Message {
  private final Topic topic;
  private final long seq;
  private final long prev;
  private final String id;
  private final long at;
  private final String sender;
  private final @Nullable String device;
  private final Body body;

  /** A message goes to many receivers, and is encoded once for each wire format. */
  private transient volatile byte @Nullable [] json;

  private transient volatile byte @Nullable [] proto;

  private transient volatile byte @Nullable [] entry;

  private transient int bytes;

  /**
   * @param at milliseconds since 1970-01-01T00:00Z, by the owner's clock
   * @param sender user id
   * @param device the sender's device, where known
   */
  @JsonCreator
  public Message(
      Topic topic,
      long seq,
      long prev,
      String id,
      long at,
      String sender,
      @Nullable String device,
      Body body) {
    this.topic = topic;
    this.seq = seq;
    this.prev = prev;
    this.id = id;
    this.at = at;
    this.sender = sender;
    this.device = device;
    this.body = body;
  }

  public Topic topic() {
    return topic;
  }

  public long seq() {
    return seq;
  }

  public long prev() {
    return prev;
  }

  public String id() {
    return id;
  }

  public long at() {
    return at;
  }

  public String sender() {
    return sender;
  }

  public @Nullable String device() {
    return device;
  }

  public Body body() {
    return body;
  }

  /** The same entry with its content gone. */
  public Message erased() {
    return new Message(topic, seq, prev, id, at, sender, null, new Body.Erased());
  }

  /** About how many bytes it takes in a delivery. */
  public int size() {
    int size = bytes;
    if (size == 0) {
      size = 200 + (body instanceof Body.Post post ? PayloadSize.of(post.payload()) : 0);
      bytes = size;
    }
    return size;
  }

  /** Calls and mentions overtake other rooms' messages. */
  @JsonIgnore
  public boolean urgentFor(String user) {
    return body instanceof Body.Post post
        && (post.payload() instanceof Payload.Call
            || (post.mentions() != null
                && (post.mentions().contains(user) || post.mentions().contains("*"))));
  }

  /** This message's JSON delivery frame, made at the first call and shared by all receivers. */
  public byte[] json(Function<Message, byte[]> encoder) {
    byte[] made = json;
    if (made == null) {
      made = encoder.apply(this);
      json = made;
    }
    return made;
  }

  /** This message's protobuf delivery frame, made at the first call and shared by all receivers. */
  public byte[] proto(Function<Message, byte[]> encoder) {
    byte[] made = proto;
    if (made == null) {
      made = encoder.apply(this);
      proto = made;
    }
    return made;
  }

  /** This message alone, without its delivery, made at the first call and shared likewise. */
  public byte[] entry(Function<Message, byte[]> encoder) {
    byte[] made = entry;
    if (made == null) {
      made = encoder.apply(this);
      entry = made;
    }
    return made;
  }

  @Override
  public String toString() {
    return id + " " + body;
  }
}
