/** Tests of the gRPC API and of the link between members. */
@NullMarked
package io.weldr.api.grpc;

import org.jspecify.annotations.NullMarked;
