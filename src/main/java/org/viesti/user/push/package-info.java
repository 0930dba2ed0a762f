/**
 * Floor 3, part of users: the ways out of the cluster to devices that are away. Start at {@link
 * org.viesti.user.push.WebhookProvider}.
 */
@NullMarked
package org.viesti.user.push;

import org.jspecify.annotations.NullMarked;
