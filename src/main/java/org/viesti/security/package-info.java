/**
 * Floor 2: who is speaking, and what they may do. Start at {@link
 * org.viesti.security.Authenticator}.
 */
@NullMarked
package org.viesti.security;

import org.jspecify.annotations.NullMarked;
