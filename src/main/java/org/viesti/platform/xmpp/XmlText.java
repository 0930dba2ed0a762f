package org.viesti.platform.xmpp;

import org.jivesoftware.smack.packet.StanzaError;
import org.viesti.platform.PlatformFailure;

/** XML as clients see it, and texts that may go into it. */
final class XmlText {
  private static final String STANZAS = StanzaError.ERROR_CONDITION_AND_TEXT_NAMESPACE;

  private XmlText() {}

  /** The same, if XML 1.0 has a way to write it: else the server would end the stream. */
  static String writable(String text) throws PlatformFailure {
    if (!text.codePoints().allMatch(XmlText::isWritable)) {
      throw PlatformFailure.lasting(
          "XMPP values must not contain control characters or half characters");
    }
    return text;
  }

  private static boolean isWritable(int c) {
    return c >= 0x20
        ? c < 0xD800 || (c > 0xDFFF && c != 0xFFFE && c != 0xFFFF)
        : c == '\t' || c == '\n' || c == '\r';
  }

  /** Such as {@code <error type="cancel"><conflict xmlns="..."/></error>}. */
  static String of(StanzaError error) {
    StringBuilder xml = new StringBuilder("<error");
    if (error.getErrorGenerator() != null) {
      attribute(xml, "by", error.getErrorGenerator());
    }
    attribute(xml, "type", error.getType().toString());
    xml.append("><").append(error.getCondition());
    attribute(xml, "xmlns", STANZAS);
    if (error.getConditionText() == null) {
      xml.append("/>");
    } else {
      xml.append('>');
      escape(xml, error.getConditionText());
      xml.append("</").append(error.getCondition()).append('>');
    }
    if (error.getDescriptiveText() != null) {
      xml.append("<text");
      attribute(xml, "xmlns", STANZAS);
      xml.append('>');
      escape(xml, error.getDescriptiveText());
      xml.append("</text>");
    }
    return xml.append("</error>").toString();
  }

  private static void attribute(StringBuilder xml, String name, String value) {
    xml.append(' ').append(name).append("=\"");
    escape(xml, value);
    xml.append('"');
  }

  private static void escape(StringBuilder xml, String text) {
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '"' -> xml.append("&quot;");
                default -> xml.append((char) c);
              }
            });
  }
}
