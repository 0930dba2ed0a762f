/** Floor 4: RSS and Atom. Start at {@link org.viesti.platform.feed.FeedPlatform}. */
@NullMarked
package org.viesti.platform.feed;

import org.jspecify.annotations.NullMarked;
