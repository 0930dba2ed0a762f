package org.viesti.edge.http;

import java.util.List;
import org.viesti.edge.UserCalls;
import org.viesti.protocol.MemberSettings;
import org.viesti.user.Users;

/** The caller, its rooms as it has them, its devices and wishes, as routes. */
record UserRoutes(UserCalls calls) {

  List<Route> routes() {
    return List.of(
        Route.of(
            "GET",
            "/me",
            call ->
                calls
                    .me(call.by())
                    .thenApply(profile -> Answer.ok(Views.Me.of(call.by(), profile)))),
        Route.of(
            "GET",
            "/rooms/{room}/settings",
            call ->
                calls
                    .membership(call.by(), call.room())
                    .thenApply(Users.Membership::settings)
                    .thenApply(Answer::ok)),
        Route.of(
            "PATCH",
            "/rooms/{room}/settings",
            MemberSettings.class,
            (call, change) ->
                calls
                    .changeRoomSettings(call.by(), call.room(), change)
                    .thenApply(Users.Membership::settings)
                    .thenApply(Answer::ok)),
        Route.of(
            "PUT",
            "/rooms/{room}/read",
            Forms.Read.class,
            (call, form) ->
                calls
                    .markRead(call.by(), call.room(), form.seq())
                    .thenApply(
                        membership ->
                            Answer.ok(new Views.ReadMark(membership.room(), membership.read())))),
        Route.of(
            "GET",
            "/devices",
            call -> calls.devices(call.by()).thenApply(Views.Devices::of).thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/devices/{device}",
            call -> calls.revoke(call.by(), call.device()).thenApply(done -> Answer.done())),
        Route.of(
            "PUT",
            "/devices/{device}/push",
            Forms.Push.class,
            (call, form) ->
                calls
                    .setPush(call.by(), call.device(), form.provider(), form.token())
                    .thenApply(Views.Device::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/devices/{device}/push",
            call -> calls.clearPush(call.by(), call.device()).thenApply(done -> Answer.done())),
        Route.of(
            "POST",
            "/devices/{device}/secret",
            call ->
                calls
                    .makeSecret(call.by(), call.device())
                    .thenApply(Views.DeviceSecret::of)
                    .thenApply(Answer::once)),
        Route.of(
            "DELETE",
            "/devices/{device}/secret",
            call -> calls.revokeSecret(call.by(), call.device()).thenApply(done -> Answer.done())),
        Route.of(
            "PUT",
            "/preferences/quiet-hours",
            Forms.QuietHours.class,
            (call, form) ->
                calls
                    .setQuietHours(call.by(), UserCalls.QuietHours.parse(form.from(), form.to()))
                    .thenApply(Views.QuietHours::of)
                    .thenApply(Answer::ok)),
        Route.of(
            "DELETE",
            "/preferences/quiet-hours",
            call -> calls.clearQuietHours(call.by()).thenApply(done -> Answer.done())),
        Route.of(
            "POST",
            "/users/{user}/devices/{device}/readmit",
            call ->
                calls
                    .readmit(call.by(), call.user(), call.device())
                    .thenApply(done -> Answer.done())),
        Route.of(
            "DELETE",
            "/users/{user}/devices/{device}",
            call ->
                calls
                    .revokeOf(call.by(), call.user(), call.device())
                    .thenApply(done -> Answer.done())),
        Route.of(
            "POST",
            "/users/{user}/devices/{device}/secret",
            call ->
                calls
                    .makeSecretOf(call.by(), call.user(), call.device())
                    .thenApply(Views.DeviceSecret::of)
                    .thenApply(Answer::once)),
        Route.of(
            "DELETE",
            "/users/{user}/devices/{device}/secret",
            call ->
                calls
                    .revokeSecretOf(call.by(), call.user(), call.device())
                    .thenApply(done -> Answer.done())));
  }
}
