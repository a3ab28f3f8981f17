/** What all clients of gRPC need. */
@NullMarked
package io.weldr.wire.grpc;

import org.jspecify.annotations.NullMarked;
