/**
 * Floor 4: XMPP, through Smack: its connection and its parser, none of its managers. Start at
 * {@link org.viesti.platform.xmpp.XmppSession}.
 */
@NullMarked
package org.viesti.platform.xmpp;

import org.jspecify.annotations.NullMarked;
