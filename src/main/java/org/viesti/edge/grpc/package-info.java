/**
 * Floor 5: calls and streams by gRPC ({@code chat.proto}), with server reflection and the standard
 * health service. Start at {@link org.viesti.edge.grpc.GrpcEdge}.
 */
@NullMarked
package org.viesti.edge.grpc;

import org.jspecify.annotations.NullMarked;
