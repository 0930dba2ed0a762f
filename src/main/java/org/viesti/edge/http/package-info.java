/**
 * Floor 5: calls by REST, described by {@code openapi.json}, and the listener that all calls come
 * by. Start at {@link org.viesti.edge.http.RestEdge}.
 */
@NullMarked
package org.viesti.edge.http;

import org.jspecify.annotations.NullMarked;
