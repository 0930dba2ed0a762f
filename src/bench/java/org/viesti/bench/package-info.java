/**
 * The benchmark: it starts a node, drives it over its public ports from a process of its own, and
 * says what it took. Start at {@link org.viesti.bench.Bench}.
 */
@NullMarked
package org.viesti.bench;

import org.jspecify.annotations.NullMarked;
