/**
 * Floor 4: the gateway's IRC. Kitteh reads and writes the lines; what they mean to a client is said
 * here. Start at {@link org.viesti.platform.irc.IrcSession}.
 */
@NullMarked
package org.viesti.platform.irc;

import org.jspecify.annotations.NullMarked;
