package org.viesti.user;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A push as a provider gets it: the latest of the posts in one room that one device has not heard
 * of.
 *
 * @param id the same when the same push is sent again
 * @param token the device's, as it was registered for this provider
 * @param collapseKey a push replaces an earlier one of the same device and key
 * @param sentAt when the latest was posted, milliseconds since 1970
 * @param kind message, mention or call
 * @param text what it says, cut short; absent where there is no text, it is encrypted, or previews
 *     are off
 * @param count how many posts it stands for; 1 or more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Push(
    String id,
    String tenant,
    String user,
    String device,
    String token,
    String collapseKey,
    String room,
    String roomName,
    String messageId,
    String sender,
    long sentAt,
    String kind,
    @Nullable String text,
    int count) {}
