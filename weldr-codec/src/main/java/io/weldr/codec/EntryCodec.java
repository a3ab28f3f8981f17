package io.weldr.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.proto.raft.v1.LogProto;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Log entries. Decoding refuses whatever this program does not know. */
public final class EntryCodec {
    private static final String WHAT = "log entry";

    private EntryCodec() {}

    public static LogProto.Entry encode(LogEntry entry) {
        if (entry instanceof LogEntry.Write write) {
            LogProto.Entry plain = LogProto.Entry.newBuilder()
                    .setRequestId(write.id().value())
                    .setCommand(command(write.command(), write.by()))
                    .build();
            return write.limits().equals(Limits.INITIAL) ? plain : withLimits(plain, write.limits());
        }
        return LogProto.Entry.newBuilder()
                .setBarrier(LogProto.Barrier.getDefaultInstance())
                .build();
    }

    private static LogProto.Command command(Command command, @Nullable Attribution by) {
        LogProto.Command encoded = CommandCodec.encode(command);
        return by == null
                ? encoded
                : encoded.toBuilder().setBy(TokenCodec.encode(by)).build();
    }

    /** The entry, which says no more who asked for it. */
    public static LogProto.Entry withoutAttribution(LogProto.Entry entry) {
        return entry.getCommand().hasBy()
                ? entry.toBuilder()
                        .setCommand(entry.getCommand().toBuilder().clearBy())
                        .build()
                : entry;
    }

    /** The entry of a command, which says that this one asked for it. */
    public static LogProto.Entry withAttribution(LogProto.Entry entry, Attribution by) {
        return entry.toBuilder()
                .setCommand(entry.getCommand().toBuilder().setBy(TokenCodec.encode(by)))
                .build();
    }

    /** The entry with the limits of the leader that takes it into the log. */
    public static LogProto.Entry withLimits(LogProto.Entry entry, Limits limits) {
        LogProto.Limits.Builder to = LogProto.Limits.newBuilder()
                .setOriginsMax(limits.originsMax())
                .setMembersMax(limits.membersMax())
                .setPoolsMax(limits.poolsMax())
                .setRoutesMax(limits.routesMax())
                .setListenersMax(limits.listenersMax())
                .setOriginsTotalMax(limits.originsTotalMax())
                .setRouteEntriesMax(limits.routeEntriesMax());
        if (limits.certificatesMax() != Limits.INITIAL.certificatesMax()) { // members of version 2 stop at the field
            to.setCertificatesMax(limits.certificatesMax());
        }
        if (limits.tokensMax() != Limits.INITIAL.tokensMax()) { // members of version 4 likewise
            to.setTokensMax(limits.tokensMax());
        }
        return entry.toBuilder().setLimits(to).build();
    }

    /** The entry with another command in place of its own, asked for by the same. */
    public static LogProto.Entry withCommand(LogProto.Entry entry, Command command) {
        LogProto.Command.Builder next = CommandCodec.encode(command).toBuilder();
        if (entry.getCommand().hasBy()) {
            next.setBy(entry.getCommand().getBy());
        }
        return entry.toBuilder().setCommand(next).build();
    }

    /** Reads what {@link #encode} wrote. */
    public static LogEntry decode(ByteBuffer bytes) throws UndecodableException {
        try {
            return decode(LogProto.Entry.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw UndecodableException.malformed("a " + WHAT, e);
        }
    }

    public static LogEntry decode(LogProto.Entry entry) throws UndecodableException {
        UnknownParts.refuse(WHAT, entry);
        try {
            return switch (entry.getContentCase()) {
                case COMMAND ->
                    new LogEntry.Write(
                            new RequestId(entry.getRequestId()),
                            CommandCodec.decode(entry.getCommand()),
                            entry.hasLimits() ? limits(entry.getLimits()) : Limits.INITIAL,
                            entry.getCommand().hasBy()
                                    ? TokenCodec.decode(entry.getCommand().getBy())
                                    : null);
                case BARRIER -> new LogEntry.Barrier();
                case CONTENT_NOT_SET -> throw new IllegalArgumentException("neither a command nor a barrier");
            };
        } catch (IllegalArgumentException e) {
            throw UndecodableException.unknown(WHAT, String.valueOf(e.getMessage()), e);
        }
    }

    private static Limits limits(LogProto.Limits from) {
        Limits initial = Limits.INITIAL;
        return new Limits(
                from.getOriginsMax(),
                from.getMembersMax(),
                from.hasPoolsMax() ? from.getPoolsMax() : initial.poolsMax(),
                from.hasRoutesMax() ? from.getRoutesMax() : initial.routesMax(),
                from.hasListenersMax() ? from.getListenersMax() : initial.listenersMax(),
                from.hasOriginsTotalMax() ? from.getOriginsTotalMax() : initial.originsTotalMax(),
                from.hasRouteEntriesMax() ? from.getRouteEntriesMax() : initial.routeEntriesMax(),
                from.hasCertificatesMax() ? from.getCertificatesMax() : initial.certificatesMax(),
                from.hasTokensMax() ? from.getTokensMax() : initial.tokensMax());
    }
}
