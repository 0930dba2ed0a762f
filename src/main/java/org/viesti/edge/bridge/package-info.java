/**
 * Floor 5: other MQTT brokers that topics are taken from and given to. Start at {@link
 * org.viesti.edge.bridge.Bridge}.
 */
@NullMarked
package org.viesti.edge.bridge;

import org.jspecify.annotations.NullMarked;
