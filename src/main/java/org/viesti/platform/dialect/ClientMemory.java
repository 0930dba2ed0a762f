package org.viesti.platform.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.viesti.platform.Activity;

/**
 * What is remembered of one client while it is connected: the dialects it uses, and the objects it
 * wants known by their ids. For one thread at a time.
 */
public final class ClientMemory {
  /** What an object costs besides its text, about, in characters. */
  private static final int OVERHEAD = 64;

  /** Of an actor's id. Longer ones are not remembered: what is kept of a client has bounds. */
  private static final int LONGEST_ACTOR = 1000;

  private final int mostActors;
  private final long mostCharacters;
  private final Map<String, Dialect> byActor = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Known> objects = new LinkedHashMap<>();
  private Dialect last = Dialect.C;
  private long characters;

  private record Known(ObjectNode object, long characters) {}

  /**
   * @param mostActors of whom it is known which dialect was used for them; those used longest ago
   *     are forgotten first
   * @param mostCharacters all objects together; the eldest are forgotten first
   */
  public ClientMemory(int mostActors, long mostCharacters) {
    this.mostActors = mostActors;
    this.mostCharacters = mostCharacters;
  }

  /**
   * The dialect in which to tell something unasked: the one last used for this actor, else the one
   * last used at all.
   */
  public Dialect dialectOf(String platform, String actor) {
    return byActor.getOrDefault(key(platform, actor), last);
  }

  /** The dialect of a message: what it shows, else the one last seen. */
  Dialect dialectOf(JsonNode input) {
    Dialect shown = Dialect.shownBy(input);
    if (shown != null) {
      last = shown;
    }
    return last;
  }

  /**
   * The dialect of an object that is to be known by its id. The newest has no such event, so it is
   * the middle one at least.
   */
  Dialect dialectOfObject(JsonNode object) {
    if (object.has("@id")) {
      last = Dialect.A;
    } else if (object.has("id") || last == Dialect.C) {
      last = Dialect.B;
    }
    return last;
  }

  void speaks(Dialect dialect) {
    last = dialect;
  }

  void speaks(Dialect dialect, Activity request) {
    if (request.actorId().length() > LONGEST_ACTOR) {
      return;
    }
    byActor.put(key(request.platform(), request.actorId()), dialect);
    if (byActor.size() > mostActors) {
      forgetFirst(byActor);
    }
  }

  private static String key(String platform, String actor) {
    return platform + ' ' + actor;
  }

  /** Keeps an object, instead of another of its id; refuses one that is too large to be kept. */
  void remember(ObjectNode object) throws NotAccepted {
    Known known = new Known(object, OVERHEAD + (long) object.toString().length());
    if (known.characters > mostCharacters) {
      throw new NotAccepted(
          "activity object of more than the " + mostCharacters + " characters that are kept");
    }
    Known before = objects.remove(object.path("id").asText());
    characters += known.characters - (before == null ? 0 : before.characters);
    objects.put(object.path("id").asText(), known);
    while (characters > mostCharacters) {
      characters -= forgetFirst(objects).characters;
    }
  }

  private static <V> V forgetFirst(Map<String, V> map) {
    Iterator<V> values = map.values().iterator();
    V first = values.next();
    values.remove();
    return first;
  }

  /**
   * An activity whose actor, target and object are objects where they were strings: the ones of
   * these ids, else new ones.
   *
   * @param recall whether the dialect knows objects by their ids
   */
  Activity expand(Activity activity, boolean recall) {
    Activity expanded = activity;
    for (String key : new String[] {"actor", "target", "object"}) {
      JsonNode part = activity.json().get(key);
      if (part != null && part.isTextual()) {
        String bare = key.equals("object") ? "content" : "id";
        expanded = expanded.with(key, expand(part, bare, recall));
      } else if (part instanceof ArrayNode list) {
        ArrayNode all = list.arrayNode();
        list.forEach(one -> all.add(expand(one, "id", recall)));
        expanded = expanded.with(key, all);
      }
    }
    return expanded;
  }

  private JsonNode expand(JsonNode part, String bare, boolean recall) {
    if (!part.isTextual()) {
      return part;
    }
    @Nullable Known known = recall ? objects.get(part.textValue()) : null;
    return known == null ? Wire.object().set(bare, part) : known.object;
  }
}
