/**
 * Floor 4: what web pages say of themselves. Start at {@link
 * org.viesti.platform.metadata.MetadataPlatform}.
 */
@NullMarked
package org.viesti.platform.metadata;

import org.jspecify.annotations.NullMarked;
