/**
 * Code that all gRPC clients need.
 */
@NullMarked
package io.weldr.wire.grpc;

import org.jspecify.annotations.NullMarked;
