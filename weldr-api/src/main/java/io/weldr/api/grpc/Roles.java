package io.weldr.api.grpc;

import io.grpc.MethodDescriptor;
import io.weldr.core.token.Role;
import io.weldr.proto.admin.v1.AdminGrpc;
import java.util.Set;

/** Which role a call needs. One that is in no set needs {@link Role#ADMIN}, so that no new one is let in by mistake. */
final class Roles {
    /** Calls that change nothing. They are not logged. */
    private static final Set<MethodDescriptor<?, ?>> READS = Set.of(
            AdminGrpc.getListOriginsMethod(),
            AdminGrpc.getGetOriginMethod(),
            AdminGrpc.getListProbesMethod(),
            AdminGrpc.getSamplesMethod(),
            AdminGrpc.getDoctorMethod(),
            AdminGrpc.getGetHealthPolicyMethod(),
            AdminGrpc.getListPoolsMethod(),
            AdminGrpc.getGetPoolMethod(),
            AdminGrpc.getListListenersMethod(),
            AdminGrpc.getGetListenerMethod(),
            AdminGrpc.getExplainMethod(),
            AdminGrpc.getListRoutesMethod(),
            AdminGrpc.getGetRouteMethod(),
            AdminGrpc.getListCertificatesMethod(),
            AdminGrpc.getGetCertificateMethod(),
            AdminGrpc.getHistoryMethod(),
            AdminGrpc.getWatchMethod(),
            AdminGrpc.getStatsMethod(),
            AdminGrpc.getClusterStatusMethod(),
            AdminGrpc.getGetMemberMethod(),
            AdminGrpc.getReadyMethod());

    /** Calls that change an origin. {@link io.weldr.api.admin.Admin} looks at the pool. */
    private static final Set<MethodDescriptor<?, ?>> OPERATORS = Set.of(
            AdminGrpc.getAddOriginMethod(), AdminGrpc.getUpdateOriginMethod(), AdminGrpc.getRemoveOriginMethod());

    /** Services of gRPC itself, which only read. */
    private static final Set<String> OF_GRPC = Set.of("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");

    private Roles() {}

    /** Whether the call changes nothing. */
    static boolean reads(MethodDescriptor<?, ?> method) {
        return READS.contains(method);
    }

    /** Whether it is of a service of gRPC itself. */
    static boolean ofGrpc(MethodDescriptor<?, ?> method) {
        return OF_GRPC.contains(String.valueOf(method.getServiceName()));
    }

    /** The least role that may call it. */
    static Role needs(MethodDescriptor<?, ?> method) {
        if (READS.contains(method) || ofGrpc(method)) {
            return Role.VIEWER;
        }
        return OPERATORS.contains(method) ? Role.OPERATOR : Role.ADMIN;
    }
}
