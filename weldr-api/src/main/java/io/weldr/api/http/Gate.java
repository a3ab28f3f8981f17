package io.weldr.api.http;

import io.vertx.core.http.HttpServerRequest;
import io.weldr.api.auth.AccessRule;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Caller;
import io.weldr.api.auth.Certified;
import io.weldr.api.auth.HostCheck;
import io.weldr.api.error.Problem;
import io.weldr.api.listen.Connections;
import io.weldr.core.port.ApiTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lets requests in that come to one address. Confined to the event loop. */
final class Gate {
    private final AccessRule rule;
    private final @Nullable ApiTls tls;
    private final ApiAccess access;
    private final Authenticator authenticator;
    private final HostCheck hosts;
    private final Connections connections;
    private final InstantSource clock;

    Gate(
            InetSocketAddress address,
            ApiAccess access,
            Authenticator authenticator,
            Connections connections,
            InstantSource clock) {
        this(AccessRule.of(address, access), access.tlsAt(address), access, authenticator, connections, clock);
    }

    private Gate(
            AccessRule rule,
            @Nullable ApiTls tls,
            ApiAccess access,
            Authenticator authenticator,
            Connections connections,
            InstantSource clock) {
        this.rule = rule;
        this.tls = tls;
        this.access = access;
        this.authenticator = authenticator;
        this.hosts = new HostCheck(access.hosts());
        this.connections = connections;
        this.clock = clock;
    }

    /** Of an address that tells everybody how the node is. */
    static Gate forStatus(Authenticator authenticator, Connections connections, InstantSource clock) {
        return new Gate(AccessRule.ANYBODY, null, ApiAccess.LOCAL, authenticator, connections, clock);
    }

    /** Whether nobody is let in without a credential. */
    boolean guarded() {
        return rule == AccessRule.CREDENTIAL;
    }

    /** By what requests come by TLS; null: they come without. */
    @Nullable ApiTls tls() {
        return tls;
    }

    /**
     * Who sent the request.
     *
     * @throws io.weldr.api.error.ProblemException it is not let in
     */
    Caller admit(HttpServerRequest request) {
        Caller caller = authenticator.caller(new Authenticator.Shown(
                rule,
                request.headers().getAll("Authorization"),
                request.headers().getAll("Cookie"),
                proxied(request),
                Certified.of(request.connection().sslSession(), tls),
                address(request),
                String.valueOf(request.remoteAddress())));
        Problem problem = caller.showsToken() ? null : CrossSite.refused(request, hosts, caller.bySession());
        if (problem == null) {
            problem = hosts.refused(request.getHeader("Host"), caller, rule);
        }
        if (problem != null) {
            throw problem.exception();
        }
        InetAddress from = address(request);
        connections.letIn(
                from == null
                        ? null
                        : new InetSocketAddress(from, request.remoteAddress().port()));
        return caller;
    }

    private static boolean proxied(HttpServerRequest request) {
        for (String name : request.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("forwarded") || lower.equals("via") || lower.startsWith("x-forwarded")) {
                return true;
            }
        }
        return false;
    }

    /** A literal: nothing is looked up. */
    private static @Nullable InetAddress address(HttpServerRequest request) {
        String literal =
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        try {
            return literal == null ? null : InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Leaves a line of a request that changes something or was refused. {@code caller} null: it was not let in. */
    void audit(HttpServerRequest request, @Nullable Caller caller, int status) {
        List<String> reasons = request.headers().getAll(Request.REASON);
        access.audit()
                .add(new AuditLog.Entry(
                        clock.instant(),
                        caller == null ? null : caller.actor(),
                        String.valueOf(request.remoteAddress()),
                        "http",
                        request.method() + " " + request.path(),
                        "",
                        Integer.toString(status),
                        status == 401 || status == 403 || status == 429,
                        reasons.isEmpty() ? null : Request.utf8(reasons.get(0))));
    }
}
