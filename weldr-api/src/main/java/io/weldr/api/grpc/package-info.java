/**
 * The admin API over gRPC, and what members say to each other. Start at {@link io.weldr.api.grpc.GrpcApi}: it listens.
 * {@link io.weldr.api.grpc.AdminService} and {@link io.weldr.api.grpc.MemberService} answer, {@link
 * io.weldr.api.grpc.GrpcMemberLink} asks other members, {@link io.weldr.api.grpc.Wire} turns values of the domain into
 * messages and back.
 *
 * <p>Nothing here blocks; calls are answered on the threads of whoever completes the stage.
 */
@NullMarked
package io.weldr.api.grpc;

import org.jspecify.annotations.NullMarked;
