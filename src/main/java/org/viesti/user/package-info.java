/**
 * Floor 3: users. The owner of {@code users/{user}} knows the rooms a user is in, what it has read,
 * its devices and its presence. Start at {@link org.viesti.user.Users}.
 */
@NullMarked
package org.viesti.user;

import org.jspecify.annotations.NullMarked;
