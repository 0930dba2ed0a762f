package org.viesti.platform.xmpp;

/** XML namespaces of what is said. */
final class Namespaces {
  /** Service discovery (XEP-0030): what something is. */
  static final String ROOM_INFO = "http://jabber.org/protocol/disco#info";

  /** And what is in it. */
  static final String ATTENDANCE = "http://jabber.org/protocol/disco#items";

  static final String ROSTER = "jabber:iq:roster";

  /** Rooms (XEP-0045). */
  static final String ROOMS = "http://jabber.org/protocol/muc";

  static final String ROOM_USER = ROOMS + "#user";

  /** Data forms (XEP-0004). */
  static final String FORM = "jabber:x:data";

  /** Last message correction (XEP-0308). */
  static final String CORRECTION = "urn:xmpp:message-correct:0";

  /** Delayed delivery (XEP-0203). */
  static final String DELAY = "urn:xmpp:delay";

  /** Unique ids of stanzas (XEP-0359). */
  static final String STANZA_ID = "urn:xmpp:sid:0";

  static final String PING = "urn:xmpp:ping";

  private Namespaces() {}
}
