package io.weldr.api.grpc;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.auth.Caller;
import io.weldr.core.Check;
import io.weldr.proto.admin.v1.AddMemberRequest;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.CreateTokenRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.PromoteMemberRequest;
import io.weldr.proto.admin.v1.RemoveMemberRequest;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.ReplaceMemberRequest;
import io.weldr.proto.admin.v1.RestartMemberRequest;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import io.weldr.proto.admin.v1.TransferLeadershipRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each call that may change something: what, on what, from where, and what came of it, as the HTTP API does for
 * requests. A call is logged by the node that took it, once. Any thread.
 */
final class WriteLog implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(WriteLog.class);

    private final AuditLog audit;
    private final InstantSource clock;

    WriteLog(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return Roles.reads(call.getMethodDescriptor())
                ? next.startCall(call, headers)
                : new Entry<>(new Line(call, Calls.caller(), Calls.REASON.get()), call, headers, next);
    }

    private static final class Entry<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final Line line;

        Entry(Line line, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            super(next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        @Override
                        public void close(Status status, Metadata trailers) {
                            line.log(status.getCode().name(), status.getCode());
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
            line.log("the client did not wait for the outcome", Status.Code.CANCELLED);
            super.onCancel();
        }
    }

    private final class Line {
        private final ServerCall<?, ?> call;
        private final Caller caller;
        private final @Nullable String reason;
        private final AtomicBoolean logged = new AtomicBoolean();
        private volatile String subject = "";

        Line(ServerCall<?, ?> call, Caller caller, @Nullable String reason) {
            this.call = call;
            this.caller = caller;
            this.reason = reason;
        }

        void log(String outcome, Status.Code code) {
            if (logged.compareAndSet(false, true)) {
                LOG.info(
                        "{} {} from {} by {}: {}",
                        call.getMethodDescriptor().getBareMethodName(),
                        Check.quote(subject),
                        caller.address(),
                        caller.actor(),
                        outcome);
                audit.add(new AuditLog.Entry(
                        clock.instant(),
                        caller.actor(),
                        caller.address(),
                        "grpc",
                        call.getMethodDescriptor().getFullMethodName(),
                        subject,
                        code.name(),
                        code == Status.Code.PERMISSION_DENIED || code == Status.Code.UNAUTHENTICATED,
                        reason));
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
        if (message instanceof PromoteMemberRequest promote) {
            return promote.getId();
        }
        if (message instanceof ReplaceMemberRequest replace) {
            return replace.getLeaver().getId() + " by " + replace.getNewcomer().getId();
        }
        if (message instanceof CreateTokenRequest create) {
            return create.getName();
        }
        if (message instanceof DeleteResourceRequest delete) {
            return delete.getName();
        }
        if (message instanceof RestartMemberRequest restart) {
            return restart.getId();
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
