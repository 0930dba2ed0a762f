/** Floor 4: a network of nobody. Start at {@link org.viesti.platform.dummy.DummyPlatform}. */
@NullMarked
package org.viesti.platform.dummy;

import org.jspecify.annotations.NullMarked;
