/**
 * Floor 5: doors for operators, on the management port. Start at {@link
 * org.viesti.ops.DeadLetterRoutes}.
 */
@NullMarked
package org.viesti.ops;

import org.jspecify.annotations.NullMarked;
