/**
 * Floor 1: how things are stored, read back and sent between nodes. Start at {@link
 * org.viesti.journal.History}.
 */
@NullMarked
package org.viesti.journal;

import org.jspecify.annotations.NullMarked;
