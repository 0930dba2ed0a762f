/**
 * Floor 0: how settings are read, so that a wrong one is refused in the same words everywhere.
 * Start at {@link org.viesti.settings.SectionSettings}.
 */
@NullMarked
package org.viesti.settings;

import org.jspecify.annotations.NullMarked;
