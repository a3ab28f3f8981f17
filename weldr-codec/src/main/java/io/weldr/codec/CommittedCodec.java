package io.weldr.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.port.Committed;
import io.weldr.core.state.Outcome;
import io.weldr.proto.raft.v1.LogProto;
import java.nio.ByteBuffer;

/** Encodes the outcome of a command. */
public final class CommittedCodec {
    private CommittedCodec() {}

    public static LogProto.Committed encode(Committed committed) {
        LogProto.Committed.Builder to = LogProto.Committed.newBuilder().setIndex(committed.index());
        if (committed.outcome() instanceof Outcome.Accepted accepted) {
            LogProto.Accepted.Builder accept = LogProto.Accepted.newBuilder()
                    .setEffect(accepted.effect().name())
                    .setRevision(accepted.revision());
            if (accepted.origin() != null) {
                accept.setOrigin(PoolCodec.encode(accepted.origin()));
            }
            if (accepted.health() != null) {
                accept.setHealth(PoolCodec.encode(accepted.health()));
            }
            if (accepted.stamp() != null) {
                accept.setStamp(PoolCodec.encode(accepted.stamp()));
            }
            return to.setAccepted(accept).build();
        }
        Outcome.Refused refused = (Outcome.Refused) committed.outcome();
        return to.setRefused(LogProto.Refused.newBuilder()
                        .setRefusal(refused.refusal().name())
                        .setDetail(refused.detail()))
                .build();
    }

    /** Reads what {@link #encode} wrote. */
    public static Committed decode(ByteBuffer bytes) throws UndecodableException {
        try {
            return decode(LogProto.Committed.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw UndecodableException.malformed("an outcome", e);
        }
    }

    public static Committed decode(LogProto.Committed from) throws UndecodableException {
        try {
            return new Committed(
                    from.getIndex(),
                    switch (from.getOutcomeCase()) {
                        case ACCEPTED -> accepted(from.getAccepted());
                        case REFUSED ->
                            new Outcome.Refused(
                                    Outcome.Refusal.valueOf(from.getRefused().getRefusal()),
                                    from.getRefused().getDetail());
                        case OUTCOME_NOT_SET ->
                            throw new IllegalArgumentException("a kind of outcome that this version does not know");
                    });
        } catch (IllegalArgumentException e) {
            throw UndecodableException.unknown("outcome", String.valueOf(e.getMessage()), e);
        }
    }

    private static Outcome accepted(LogProto.Accepted from) {
        return new Outcome.Accepted(
                Outcome.Effect.valueOf(from.getEffect()),
                from.getRevision(),
                from.hasOrigin() ? PoolCodec.decode(from.getOrigin()) : null,
                from.hasHealth() ? PoolCodec.decode(from.getHealth()) : null,
                from.hasStamp() ? PoolCodec.decode(from.getStamp()) : null);
    }
}
