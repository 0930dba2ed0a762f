package org.viesti.edge.http;

import java.util.List;
import java.util.Set;
import org.viesti.edge.RoomCalls;

/** Rooms and who is in them, as routes. */
record RoomRoutes(RoomCalls calls) {
  private static final Set<String> PAGE = Set.of("limit", "cursor");

  List<Route> routes() {
    return List.of(
        Route.of(
            "POST",
            "/rooms",
            RoomCalls.NewRoom.class,
            (call, room) ->
                calls
                    .create(call.by(), room)
                    .thenApply(Views.Room::of)
                    .thenApply(made -> Answer.created(made, "/rooms/" + made.id()))),
        Route.of(
            "GET",
            "/rooms",
            PAGE,
            call ->
                calls
                    .mine(call.by(), call.limit(), call.cursor())
                    .thenApply(Views.RoomPage::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "GET",
            "/rooms/{room}",
            call ->
                calls.get(call.by(), call.room()).thenApply(Views.Room::of).thenApply(Answer::ok)),
        Route.of(
            "PATCH",
            "/rooms/{room}",
            RoomCalls.Change.class,
            (call, change) ->
                calls
                    .update(call.by(), call.room(), change)
                    .thenApply(Views.Room::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/rooms/{room}",
            call -> calls.delete(call.by(), call.room()).thenApply(seen -> Answer.done())),
        Route.of(
            "GET",
            "/rooms/{room}/members",
            PAGE,
            call ->
                calls
                    .members(call.by(), call.room(), call.limit(), call.cursor())
                    .thenApply(Views.MemberPage::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "POST",
            "/rooms/{room}/members",
            Forms.Members.class,
            (call, form) ->
                calls
                    .addMembers(call.by(), call.room(), form.members())
                    .thenApply(Views.Room::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/rooms/{room}/members/{user}",
            call ->
                calls
                    .removeMember(call.by(), call.room(), call.user())
                    .thenApply(seen -> Answer.done())),
        Route.of(
            "PUT",
            "/rooms/{room}/members/{user}/role",
            Forms.NewRole.class,
            (call, form) ->
                calls
                    .changeRole(call.by(), call.room(), call.user(), form.role())
                    .thenApply(seen -> Answer.done())),
        Route.of(
            "PUT",
            "/rooms/{room}/bans/{user}",
            Forms.Ban.class,
            (call, form) ->
                calls
                    .ban(call.by(), call.room(), call.user(), form.reason())
                    .thenApply(seen -> Answer.done())),
        Route.of(
            "DELETE",
            "/rooms/{room}/bans/{user}",
            call ->
                calls.unban(call.by(), call.room(), call.user()).thenApply(seen -> Answer.done())));
  }
}
