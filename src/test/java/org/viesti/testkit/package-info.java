/**
 * Tests only: a real client of the public wire, and what judges it. Start at {@link
 * org.viesti.testkit.ChatClient}.
 *
 * <p>It reads the wire as JSON trees, not through the server's own records, so that a renamed field
 * turns a test red.
 */
@NullMarked
package org.viesti.testkit;

import org.jspecify.annotations.NullMarked;
