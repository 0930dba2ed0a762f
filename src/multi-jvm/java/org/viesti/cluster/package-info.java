/**
 * Cluster tests: JVMs of the packaged node on loopback, killed and stopped under load. Start at
 * {@link org.viesti.cluster.TestCluster}.
 */
@NullMarked
package org.viesti.cluster;

import org.jspecify.annotations.NullMarked;
