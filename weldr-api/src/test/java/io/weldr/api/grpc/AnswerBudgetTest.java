package io.weldr.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {
    private static final ListOriginsReply LARGE = ListOriginsReply.newBuilder()
            .addOrigins(Origin.newBuilder().setId("x".repeat(2 * WaitingBytes.SMALL_BYTES)))
            .build();

    private final WaitingBytes waiting = new WaitingBytes(10L * WaitingBytes.SMALL_BYTES);
    private final Call call = new Call();
    private ServerCall<ListOriginsRequest, ListOriginsReply> counted = call;
    private final ServerCall.Listener<ListOriginsRequest> listener = new AnswerBudget(waiting)
            .interceptCall(call, new Metadata(), (given, headers) -> {
                counted = given;
                return new ServerCall.Listener<>() {};
            });

    /** The call as gRPC has it: what is sent after its client is gone is dropped. */
    private static final class Call extends ServerCall<ListOriginsRequest, ListOriginsReply> {
        private final List<ListOriginsReply> sent = new ArrayList<>();
        private boolean cancelled;
        private @Nullable Status closed;

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(ListOriginsReply message) {
            if (!cancelled) {
                sent.add(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed = status;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public MethodDescriptor<ListOriginsRequest, ListOriginsReply> getMethodDescriptor() {
            return AdminGrpc.getListOriginsMethod();
        }
    }

    @Test
    void anAnswerCountsUntilItHasLeft() {
        counted.sendMessage(LARGE);
        assertThat(waiting.waiting()).isEqualTo(LARGE.getSerializedSize());

        listener.onComplete();
        assertThat(waiting.waiting()).isZero();
    }

    @Test
    void anAnswerCountsUntilItsClientGoes() {
        counted.sendMessage(LARGE);
        call.cancelled = true;
        listener.onCancel();

        assertThat(waiting.waiting()).isZero();
    }

    @Test
    void anAnswerForAClientThatIsGoneDoesNotCount() {
        call.cancelled = true;
        listener.onCancel();
        counted.sendMessage(LARGE);

        assertThat(waiting.waiting()).isZero();
    }

    @Test
    void anAnswerThatHasNoRoomIsRefused() {
        assertThat(waiting.take(9 * WaitingBytes.SMALL_BYTES)).isTrue();
        counted.sendMessage(LARGE);
        counted.close(Status.OK, new Metadata());
        listener.onComplete();

        assertThat(call.sent).isEmpty();
        assertThat(Objects.requireNonNull(call.closed).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(waiting.waiting()).isEqualTo(9L * WaitingBytes.SMALL_BYTES);
    }
}
