package org.viesti.edge.http;

import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** What a call is answered with: a status and, unless it is 204, a JSON body. */
record Answer(int status, @Nullable Object body, List<HttpHeader> headers) {
  private static final ContentType PROBLEM =
      MediaTypes.customWithFixedCharset(
              "application", "problem+json", HttpCharsets.UTF_8, java.util.Map.of(), false)
          .toContentType();

  static Answer ok(Object body) {
    return new Answer(200, body, List.of());
  }

  /** What is told once, and kept by nobody on the way. */
  static Answer once(Object body) {
    return new Answer(200, body, List.of(RawHeader.create("Cache-Control", "no-store")));
  }

  static Answer created(Object body, String location) {
    return new Answer(201, body, List.of(RawHeader.create("Location", RestEdge.BASE + location)));
  }

  static Answer done() {
    return new Answer(204, null, List.of());
  }

  static Answer no(Problem problem) {
    return new Answer(problem.status(), problem, problem.headers());
  }

  HttpResponse response() {
    HttpResponse response = HttpResponse.create().withStatus(status).addHeaders(headers);
    if (body == null) {
      return response;
    }
    ContentType type = body instanceof Problem ? PROBLEM : ContentTypes.APPLICATION_JSON;
    return response.withEntity(HttpEntities.create(type, Json.write(body)));
  }
}
