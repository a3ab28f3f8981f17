package io.weldr.raft.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.codec.CommittedCodec;
import io.weldr.codec.UndecodableException;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.PeerProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** The messages between a follower and the leader about a forwarded request. */
public final class ForwardCodec {
    /** Kinds that came after the first version. */
    private static final Set<Kind> LATER = EnumSet.of(Kind.OWN_ADDRESS, Kind.ROUTES, Kind.NEEDS_SECRET);

    private ForwardCodec() {}

    static byte[] submit(LogProto.Entry entry, Duration deadline) {
        return PeerProto.Forward.newBuilder()
                .setDeadlineMillis(deadline.toMillis())
                .setSubmit(entry)
                .build()
                .toByteArray();
    }

    static byte[] barrier(Duration deadline) {
        return PeerProto.Forward.newBuilder()
                .setDeadlineMillis(deadline.toMillis())
                .setBarrier(LogProto.Barrier.getDefaultInstance())
                .build()
                .toByteArray();
    }

    public static byte[] membership(PeerProto.MembershipWish wish, Duration deadline) {
        return PeerProto.Forward.newBuilder()
                .setDeadlineMillis(deadline.toMillis())
                .setMembership(wish)
                .build()
                .toByteArray();
    }

    static byte[] answer(Committed committed) {
        return PeerProto.ForwardAnswer.newBuilder()
                .setCommitted(CommittedCodec.encode(committed))
                .build()
                .toByteArray();
    }

    static byte[] answer(long barrierIndex) {
        return PeerProto.ForwardAnswer.newBuilder()
                .setBarrierIndex(barrierIndex)
                .build()
                .toByteArray();
    }

    public static byte[] answer(PeerProto.MembershipResult result) {
        return PeerProto.ForwardAnswer.newBuilder()
                .setMembership(result)
                .build()
                .toByteArray();
    }

    public static byte[] answer(GatewayException failure) {
        PeerProto.ForwardAnswer.Failure.Builder to = PeerProto.ForwardAnswer.Failure.newBuilder()
                .setKind(failure.kind().name())
                .setMessage(String.valueOf(failure.getMessage()));
        if (LATER.contains(failure.kind())) {
            // A member of an earlier version does not know this kind. It is to tell its client the line, and not to try
            // again.
            to.setKind(Kind.UNSUPPORTED.name()).setPreciseKind(failure.kind().name());
        }
        return PeerProto.ForwardAnswer.newBuilder().setFailure(to).build().toByteArray();
    }

    /**
     * The leader's answer to {@link #submit}. Throws the {@link GatewayException} that the leader answered, or one of
     * its own.
     */
    static Committed committed(byte[] answer) {
        PeerProto.ForwardAnswer from = parse(answer);
        try {
            return CommittedCodec.decode(from.getCommitted());
        } catch (UndecodableException e) {
            throw senseless(e);
        }
    }

    /** The leader's answer to {@link #barrier}, likewise. */
    static long barrierIndex(byte[] answer) {
        return parse(answer).getBarrierIndex();
    }

    /** The leader's answer to {@link #membership}, likewise. */
    public static PeerProto.MembershipResult membershipResult(byte[] answer) {
        return parse(answer).getMembership();
    }

    private static PeerProto.ForwardAnswer parse(byte[] answer) {
        try {
            PeerProto.ForwardAnswer from = PeerProto.ForwardAnswer.parseFrom(answer);
            return switch (from.getResultCase()) {
                case COMMITTED, BARRIER_INDEX, MEMBERSHIP -> from;
                case FAILURE ->
                    throw new GatewayException(
                            kind(from.getFailure()), from.getFailure().getMessage());
                case RESULT_NOT_SET -> throw new IllegalArgumentException("an answer that this version does not know");
            };
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw senseless(e);
        }
    }

    /** The most precise name of the kind that this version knows. */
    private static Kind kind(PeerProto.ForwardAnswer.Failure failure) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.name().equals(failure.getPreciseKind()))
                .findFirst()
                .orElseGet(() -> Kind.valueOf(failure.getKind()));
    }

    private static GatewayException senseless(Exception e) {
        return new GatewayException(
                Kind.UNKNOWN_OUTCOME, "the answer of the leader is not valid: " + e.getMessage(), e);
    }
}
