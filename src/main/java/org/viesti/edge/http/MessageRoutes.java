package org.viesti.edge.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.viesti.edge.MessageCalls;
import org.viesti.protocol.ErrorCode;
import org.viesti.protocol.Refused;

/** What is said in rooms, as routes. */
record MessageRoutes(MessageCalls calls) {

  List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/rooms/{room}/messages",
            Forms.Post.class,
            (call, form) ->
                calls
                    .post(call.by(), form.in(call.room()))
                    .thenApply(Views.Recorded::of)
                    .thenApply(made -> Answer.created(made, "/messages/" + made.eventId()))),
        Route.of(
            "POST",
            "/messages",
            Forms.Posts.class,
            (call, form) ->
                calls
                    .postAll(call.by(), form.messages())
                    .thenApply(Views.Results::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "GET",
            "/rooms/{room}/messages",
            Set.of("limit", "cursor", "before", "after", "at", "order"),
            call ->
                calls
                    .history(call.by(), call.room(), call.limit(), place(call))
                    .thenApply(Views.HistoryPage::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "GET",
            "/messages/{message}",
            call ->
                calls
                    .versions(call.by(), call.message())
                    .thenApply(Views.Whole::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "PATCH",
            "/messages/{message}",
            Forms.Edit.class,
            (call, form) ->
                calls
                    .edit(call.by(), call.message(), form.payload(), form.mentions())
                    .thenApply(Views.Recorded::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/messages/{message}",
            Set.of("reason"),
            call ->
                calls
                    .redact(call.by(), call.message(), call.query("reason"))
                    .thenApply(Views.Recorded::of)
                    .thenApply(Answer::ok)),
        reaction("PUT", true),
        reaction("DELETE", false),
        pin("PUT", true),
        pin("DELETE", false),
        Route.of(
            "GET",
            "/rooms/{room}/pins",
            Set.of("limit"),
            call ->
                calls
                    .pins(call.by(), call.room(), call.limit())
                    .thenApply(Views.History::all)
                    .thenApply(Views.Entries::new)
                    .thenApply(Answer::ok)),
        Route.of(
            "GET",
            "/messages/{message}/replies",
            Set.of("limit", "cursor"),
            call ->
                calls
                    .replies(call.by(), call.message(), call.limit(), call.cursor())
                    .thenApply(Views.ReplyPage::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "GET",
            "/messages/{message}/deliveries",
            Set.of("limit", "cursor"),
            call ->
                calls
                    .deliveries(call.by(), call.message(), call.limit(), call.cursor())
                    .thenApply(Views.DeliveryPage::of)
                    .thenApply(Answer::ok)));
  }

  private Route reaction(String method, boolean add) {
    return Route.of(
        method,
        "/messages/{message}/reactions/{reaction}",
        call ->
            calls
                .react(call.by(), call.message(), call.path("reaction"), add)
                .thenApply(Views.Recorded::of)
                .thenApply(Answer::ok));
  }

  private Route pin(String method, boolean pinned) {
    return Route.of(
        method,
        "/messages/{message}/pin",
        call ->
            calls
                .pin(call.by(), call.message(), pinned)
                .thenApply(Views.Recorded::of)
                .thenApply(Answer::ok));
  }

  private static MessageCalls.Place place(Call call) {
    return new MessageCalls.Place(
        call.cursor(),
        call.number("before"),
        call.number("after"),
        time(call.query("at")),
        call.query("order"));
  }

  /** Milliseconds since 1970, or ISO 8601 with an offset. */
  private static @Nullable Long time(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return text.matches("[0-9]{1,15}")
          ? Long.parseLong(text)
          : Instant.from(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text)).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new Refused(
          ErrorCode.INVALID_ARGUMENT,
          "at must be milliseconds since 1970, or a time such as 2026-01-31T12:00:00Z");
    }
  }
}
