package io.weldr.api.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.weldr.api.auth.Caller;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls of gRPC's own services that stay open, such as watches of the health, soon after their credential is
 * not valid any more. Watches of the cluster do so by themselves. Any thread.
 */
final class StandingCalls implements ServerInterceptor {
    private static final long LOOK_EVERY_SECONDS = 2;

    private final Function<Caller, BooleanSupplier> validity;
    private final EventExecutorGroup timers;

    /** @param timers do not block */
    StandingCalls(Function<Caller, BooleanSupplier> validity, EventExecutorGroup timers) {
        this.validity = validity;
        this.timers = timers;
    }

    /** What ends a call, and a watch, whose credential is not valid any more. */
    static StatusRuntimeException notValidAnyMore() {
        return Statuses.of(Problem.of(
                ProblemType.UNAUTHENTICATED,
                "a token or certificate that is not valid any more",
                "a call with a valid one"));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        if (method.getType() == MethodDescriptor.MethodType.UNARY || !Roles.ofGrpc(method)) {
            return next.startCall(call, headers);
        }
        Standing<Q, A> standing = new Standing<>(call, validity.apply(Calls.caller()));
        ServerCall.Listener<Q> listener = next.startCall(standing, headers);
        standing.begin(timers.next());
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                standing.end();
                super.onCancel();
            }

            @Override
            public void onComplete() {
                standing.end();
                super.onComplete();
            }
        };
    }

    /** Its lock keeps what the service sends and the end of the call apart. */
    private static final class Standing<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final BooleanSupplier valid;
        private boolean closed; // guarded by this
        private @Nullable Future<?> looking; // guarded by this

        Standing(ServerCall<Q, A> call, BooleanSupplier valid) {
            super(call);
            this.valid = valid;
        }

        synchronized void begin(EventExecutor timer) {
            if (!closed) {
                try {
                    looking = timer.scheduleWithFixedDelay(
                            this::look, LOOK_EVERY_SECONDS, LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                } catch (RejectedExecutionException e) {
                    close(Status.UNAVAILABLE.withDescription("the node is stopping"), new Metadata());
                }
            }
        }

        synchronized void end() {
            closed = true;
            if (looking != null) {
                looking.cancel(false);
            }
        }

        private void look() {
            if (!valid.getAsBoolean()) {
                StatusRuntimeException failure = notValidAnyMore();
                Metadata trailers = failure.getTrailers();
                close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
            }
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                end();
                super.close(status, trailers);
            }
        }
    }
}
