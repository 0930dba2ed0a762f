/**
 * Floor 3, part of users: how a push gets out of the cluster. Knows nothing of users' owners. Start at {@link
 * org.viesti.user.push.PushProvider}.
 */
@NullMarked
package org.viesti.user.push;

import org.jspecify.annotations.NullMarked;
