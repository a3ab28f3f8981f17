package io.weldr.api.grpc;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weldr.core.Check;
import io.weldr.proto.admin.v1.AddMemberRequest;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.RemoveMemberRequest;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.ReplaceMemberRequest;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import io.weldr.proto.admin.v1.TransferLeadershipRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each call that may change something: what, on what, from where, and what came of it, as the HTTP API does for
 * requests. A call is logged by the node that took it, once. Any thread.
 */
final class WriteLog implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLog.class);

    /** Calls that change nothing. Every other one is logged, so that no new one is forgotten. */
    private static final Set<MethodDescriptor<?, ?>> READS = Set.of(
            AdminGrpc.getListOriginsMethod(),
            AdminGrpc.getListProbesMethod(),
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
            AdminGrpc.getWatchMethod(),
            AdminGrpc.getStatsMethod(),
            AdminGrpc.getClusterStatusMethod(),
            AdminGrpc.getReadyMethod());

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return READS.contains(call.getMethodDescriptor())
                ? next.startCall(call, headers)
                : new Entry<>(call, headers, next);
    }

    private static final class Entry<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final Line line;

        Entry(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            this(new Line(call), call, headers, next);
        }

        private Entry(Line line, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            super(next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            line.log(status.getCode().name());
                            super.close(status, trailers);
                        }
                    },
                    headers));
            this.line = line;
        }

        @Override
        public void onMessage(Q message) {
            line.subject = subject(message);
            super.onMessage(message);
        }

        @Override
        public void onCancel() {
            line.log("the client did not wait for the outcome");
            super.onCancel();
        }
    }

    private static final class Line {
        private final ServerCall<?, ?> call;
        private final AtomicBoolean logged = new AtomicBoolean();
        private volatile String subject = "";

        Line(ServerCall<?, ?> call) {
            this.call = call;
        }

        void log(String outcome) {
            if (logged.compareAndSet(false, true)) {
                LOG.info(
                        "{} {} from {}: {}",
                        call.getMethodDescriptor().getBareMethodName(),
                        Check.quote(subject),
                        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                        outcome);
            }
        }
    }

    private static String subject(Object message) {
        if (message instanceof AddOriginRequest add) {
            return in(add.getPool(), add.getUrl());
        }
        if (message instanceof UpdateOriginRequest update) {
            return in(update.getPool(), name(update.getOrigin()));
        }
        if (message instanceof RemoveOriginRequest remove) {
            return in(remove.getPool(), name(remove.getOrigin()));
        }
        if (message instanceof SetHealthPolicyRequest set) {
            return in(set.getPool(), "health");
        }
        if (message instanceof AddMemberRequest add) {
            return add.getId();
        }
        if (message instanceof RemoveMemberRequest remove) {
            return remove.getId();
        }
        if (message instanceof ReplaceMemberRequest replace) {
            return replace.getLeaver().getId() + " by " + replace.getNewcomer().getId();
        }
        if (message instanceof DeleteResourceRequest delete) {
            return delete.getName();
        }
        if (message instanceof TransferLeadershipRequest transfer) {
            return transfer.getTo();
        }
        return message instanceof Message request ? ResourceMessages.name(request) : "";
    }

    private static String in(String pool, String subject) {
        return (pool.isEmpty() ? "default" : pool) + "/" + subject;
    }

    private static String name(OriginKey key) {
        return key.hasId() ? key.getId() : key.getAddress();
    }
}
