/**
 * The admin API over gRPC. Start at {@link io.weldr.api.grpc.GrpcApi}, which listens. {@link
 * io.weldr.api.grpc.AdminService} and {@link io.weldr.api.grpc.MemberService} answer the calls. {@link
 * io.weldr.api.grpc.GrpcMemberLink} calls other members. {@link io.weldr.api.grpc.Wire} converts between domain
 * values and messages.
 *
 * <p>Nothing here blocks. An answer is sent on the thread that completes its stage.
 */
@NullMarked
package io.weldr.api.grpc;

import org.jspecify.annotations.NullMarked;
