/**
 * Floor 6: the process. The command line, and the wiring of a node. Start at {@link
 * org.viesti.Main}.
 */
@NullMarked
package org.viesti;

import org.jspecify.annotations.NullMarked;
