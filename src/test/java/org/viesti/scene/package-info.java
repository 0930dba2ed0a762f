/** Whole scenes of live streams: a node in the test's own process, and real WebSockets to it. */
package org.viesti.scene;
