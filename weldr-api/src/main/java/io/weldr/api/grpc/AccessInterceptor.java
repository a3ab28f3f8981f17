package io.weldr.api.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.weldr.api.auth.AccessRule;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Caller;
import io.weldr.api.auth.Certified;
import io.weldr.api.error.ProblemException;
import io.weldr.api.listen.Connections;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets calls in, of every service: health and reflection tell a stranger nothing, either. Any thread. */
final class AccessInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final AccessRule rule;
    private final ApiAccess access;
    private final Authenticator authenticator;
    private final Connections connections;
    private final InstantSource clock;

    AccessInterceptor(
            AccessRule rule,
            ApiAccess access,
            Authenticator authenticator,
            Connections connections,
            InstantSource clock) {
        this.rule = rule;
        this.access = access;
        this.authenticator = authenticator;
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        String reason = Calls.reason(headers);
        Caller caller = null;
        try {
            caller = caller(call, headers, remote);
            connections.letIn(remote instanceof InetSocketAddress inet ? inet : null);
            caller.check(Roles.needs(call.getMethodDescriptor()));
        } catch (ProblemException e) {
            StatusRuntimeException status = Statuses.of(e.problem());
            access.audit()
                    .add(new AuditLog.Entry(
                            clock.instant(),
                            caller == null ? null : caller.actor(),
                            text(remote),
                            "grpc",
                            call.getMethodDescriptor().getFullMethodName(),
                            "",
                            status.getStatus().getCode().name(),
                            true,
                            reason));
            call.close(status.getStatus(), status.getTrailers() == null ? new Metadata() : status.getTrailers());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(Calls.CALLER, caller);
        return Contexts.interceptCall(
                reason == null ? context : context.withValue(Calls.REASON, reason), call, headers, next);
    }

    private Caller caller(ServerCall<?, ?> call, Metadata headers, @Nullable SocketAddress remote) {
        List<String> authorization = new ArrayList<>();
        Iterable<String> shown = headers.getAll(AUTHORIZATION);
        if (shown != null) {
            shown.forEach(authorization::add);
        }
        return authenticator.caller(new Authenticator.Shown(
                rule,
                authorization,
                List.of(), // browsers do not speak gRPC
                proxied(headers),
                Certified.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION), access.tls()),
                remote instanceof InetSocketAddress inet ? address(inet) : null,
                text(remote)));
    }

    private static @Nullable InetAddress address(InetSocketAddress remote) {
        return remote.getAddress();
    }

    /** As the HTTP API tells it: {@code 10.0.0.7:51212}. */
    private static @Nullable String text(@Nullable SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return null;
        }
        String host = inet.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
    }

    private static boolean proxied(Metadata headers) {
        for (String name : headers.keys()) { // lower case, as HTTP/2 has them
            if (name.equals("forwarded") || name.equals("via") || name.startsWith("x-forwarded")) {
                return true;
            }
        }
        return false;
    }
}
