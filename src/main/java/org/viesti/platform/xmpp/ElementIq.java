package org.viesti.platform.xmpp;

import java.io.IOException;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.IqData;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.parsing.SmackParsingException;
import org.jivesoftware.smack.parsing.StandardExtensionElementProvider;
import org.jivesoftware.smack.provider.IqProvider;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;

/** A query; one that came with its child as it stands, one that goes with an empty child. */
final class ElementIq extends IQ {
  static final IqProvider<ElementIq> PROVIDER =
      new IqProvider<>() {
        @Override
        public ElementIq parse(
            XmlPullParser parser, int depth, IqData data, XmlEnvironment environment)
            throws XmlPullParserException, IOException, SmackParsingException {
          return new ElementIq(
              StandardExtensionElementProvider.INSTANCE.parse(parser, depth, environment));
        }
      };

  private final StandardExtensionElement child;

  private ElementIq(StandardExtensionElement child) {
    super(child.getElementName(), child.getNamespace());
    this.child = child;
  }

  /** Asks the server, unless {@link #setTo} says whom. */
  static ElementIq get(String element, String namespace, String id) {
    ElementIq query = new ElementIq(StandardExtensionElement.builder(element, namespace).build());
    query.setType(Type.get);
    query.setStanzaId(id);
    return query;
  }

  StandardExtensionElement child() {
    return child;
  }

  @Override
  protected IQChildElementXmlStringBuilder getIQChildElementBuilder(
      IQChildElementXmlStringBuilder xml) {
    xml.setEmptyElement();
    return xml;
  }
}
