package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.StatusRange;

/** Health policies. */
public final class HealthPolicies {
    private HealthPolicies() {}

    /** All of the policy. */
    public static io.weldr.proto.resource.v1.HealthPolicy encode(HealthPolicy policy) {
        io.weldr.proto.resource.v1.HealthPolicy.Builder to = io.weldr.proto.resource.v1.HealthPolicy.newBuilder()
                .setType(Decode.constant(io.weldr.proto.resource.v1.HealthPolicy.Type.class, policy.type()))
                .setInterval(Decode.encode(policy.interval()))
                .setTimeout(Decode.encode(policy.timeout()))
                .setFailures(policy.failuresToDown())
                .setPasses(policy.passesToUp())
                .setInitial(Decode.constant(io.weldr.proto.resource.v1.HealthPolicy.Initial.class, policy.initial()))
                .setConfirm(Decode.constant(io.weldr.proto.resource.v1.HealthPolicy.Confirm.class, policy.confirm()));
        encodeProbe(policy, to);
        if (policy.port() != null) {
            to.setPort(policy.port());
        }
        if (policy.unhealthyInterval() != null) {
            to.setUnhealthyInterval(Decode.encode(policy.unhealthyInterval()));
        }
        if (policy.jitterPercent() != 0) {
            to.setJitterPercent(policy.jitterPercent());
        }
        if (policy.connectTimeout() != null) {
            to.setConnectTimeout(Decode.encode(policy.connectTimeout()));
        }
        if (policy.witnesses()) {
            to.setWitnesses(true);
        }
        return to.build();
    }

    /**
     * What only some types of probe use is written as it differs from the default, so that nothing is lost when the
     * type changes back.
     */
    private static void encodeProbe(HealthPolicy policy, io.weldr.proto.resource.v1.HealthPolicy.Builder to) {
        boolean http = policy.type() == HealthPolicy.Type.HTTP;
        HealthPolicy plain = HealthPolicy.DEFAULT;
        if (http || !policy.path().equals(plain.path())) {
            to.setPath(policy.path());
        }
        if (http || policy.method() != plain.method()) {
            to.setMethod(policy.method().name());
        }
        if (http || !policy.expected().equals(plain.expected())) {
            to.setExpect(StatusRange.text(policy.expected()));
        }
        if (policy.host() != null) {
            to.setHost(policy.host());
        }
        to.putAllHeaders(policy.headers());
        if (policy.contains() != null) {
            to.setContains(policy.contains());
        }
        to.setService(policy.service());
    }

    /**
     * The policy that the message makes of {@code base}: what the message does not say stays.
     *
     * @throws IllegalArgumentException with what is wrong, by the name of its field
     */
    public static HealthPolicy decode(io.weldr.proto.resource.v1.HealthPolicy from, HealthPolicy base) {
        HealthPolicy.Builder policy = base.toBuilder()
                .type(Decode.constant("type", base.type(), from.getType()))
                .initial(Decode.constant("initial", base.initial(), from.getInitial()))
                .confirm(Decode.constant("confirm", base.confirm(), from.getConfirm()))
                .path(Decode.orElse(from.getPath(), base.path()));
        if (!from.getMethod().isEmpty()) {
            policy.method(method(from.getMethod()));
        }
        if (!from.getExpect().isEmpty()) {
            policy.expected(StatusRange.parseList(from.getExpect()));
        }
        if (!from.getHost().isEmpty()) {
            policy.host(from.getHost());
        }
        if (from.getHeadersCount() > 0) {
            policy.headers(from.getHeadersMap());
        }
        if (!from.getContains().isEmpty()) {
            policy.contains(from.getContains());
        }
        if (!from.getService().isEmpty()) {
            policy.service(from.getService());
        }
        decodeTimes(from, policy);
        return policy.build();
    }

    private static void decodeTimes(io.weldr.proto.resource.v1.HealthPolicy from, HealthPolicy.Builder policy) {
        if (from.hasPort()) {
            policy.port(from.getPort());
        }
        if (from.hasInterval()) {
            policy.interval(Decode.duration("interval", from.getInterval()));
        }
        if (from.hasUnhealthyInterval()) {
            policy.unhealthyInterval(Decode.duration("unhealthyInterval", from.getUnhealthyInterval()));
        }
        if (from.hasJitterPercent()) {
            policy.jitterPercent(from.getJitterPercent());
        }
        if (from.hasTimeout()) {
            policy.timeout(Decode.duration("timeout", from.getTimeout()));
        }
        if (from.hasConnectTimeout()) {
            policy.connectTimeout(Decode.duration("connectTimeout", from.getConnectTimeout()));
        }
        if (from.hasFailures()) {
            policy.failuresToDown(from.getFailures());
        }
        if (from.hasPasses()) {
            policy.passesToUp(from.getPasses());
        }
        if (from.hasWitnesses()) {
            policy.witnesses(from.getWitnesses());
        }
    }

    private static HealthPolicy.Method method(String name) {
        for (HealthPolicy.Method method : HealthPolicy.Method.values()) {
            if (method.name().equals(name)) {
                return method;
            }
        }
        throw new IllegalArgumentException("method: " + Check.quote(name) + " (expected: GET, HEAD or OPTIONS)");
    }
}
