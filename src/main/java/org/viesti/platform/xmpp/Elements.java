package org.viesti.platform.xmpp;

import java.util.List;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jspecify.annotations.Nullable;

/** The children of an element; Smack has null for those of one that has none. */
final class Elements {
  private Elements() {}

  /** Of the same namespace. */
  static List<StandardExtensionElement> of(StandardExtensionElement parent, String name) {
    return of(parent, name, parent.getNamespace());
  }

  static List<StandardExtensionElement> of(
      StandardExtensionElement parent, String name, String namespace) {
    @Nullable List<StandardExtensionElement> children = parent.getElements(name, namespace);
    return children == null ? List.of() : children;
  }
}
