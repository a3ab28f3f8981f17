package io.weldr.api.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the bytes that wait for clients that do not read. Streams are not counted: they send only what the transport
 * takes. Any thread; the methods of one call do not run at the same time.
 */
final class AnswerBudget implements ServerInterceptor {
    private final WaitingBytes waiting;

    AnswerBudget(WaitingBytes waiting) {
        this.waiting = waiting;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, headers);
        }
        AtomicInteger taken = new AtomicInteger();
        ServerCall<Q, A> counted = new SimpleForwardingServerCall<>(call) {
            private boolean refused;

            @Override
            public void sendMessage(A message) {
                int bytes = message instanceof MessageLite one ? one.getSerializedSize() : 0;
                if (waiting.take(bytes)) {
                    taken.set(bytes);
                    super.sendMessage(message);
                    if (isCancelled()) { // the client may have gone before: nobody tells it a second time
                        waiting.sent(taken.getAndSet(0));
                    }
                    return;
                }
                refused = true;
                StatusRuntimeException overloaded = Statuses.of(Problem.of(
                        ProblemType.OVERLOADED,
                        waiting.waiting() + " bytes wait for clients to read them",
                        "at most " + waiting.most()));
                Metadata trailers = overloaded.getTrailers();
                super.close(overloaded.getStatus(), trailers == null ? new Metadata() : trailers);
            }

            @Override
            public void close(Status status, Metadata trailers) {
                if (!refused) {
                    super.close(status, trailers);
                }
            }
        };
        return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onComplete() {
                waiting.sent(taken.getAndSet(0));
                super.onComplete();
            }

            @Override
            public void onCancel() {
                waiting.sent(taken.getAndSet(0));
                super.onCancel();
            }
        };
    }
}
