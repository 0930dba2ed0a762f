/**
 * Floor 3: devices. The owner of one device knows its cursors, which stream of it is the live one,
 * and whether it may come at all. Start at {@link org.viesti.device.Devices}.
 */
@NullMarked
package org.viesti.device;

import org.jspecify.annotations.NullMarked;
