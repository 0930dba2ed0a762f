/**
 * Floor 4: live client streams, whatever protocol they speak. Start at {@link
 * org.viesti.connection.DeviceConnection}.
 */
@NullMarked
package org.viesti.connection;

import org.jspecify.annotations.NullMarked;
