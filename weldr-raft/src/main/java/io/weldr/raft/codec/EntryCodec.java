package io.weldr.raft.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.port.RequestId;
import io.weldr.proto.raft.v1.LogProto;
import java.nio.ByteBuffer;

/** Log entries. */
public final class EntryCodec {
    private EntryCodec() {}

    public static LogProto.Entry encode(LogEntry entry) {
        if (entry instanceof LogEntry.Write write) {
            return LogProto.Entry.newBuilder()
                    .setRequestId(write.id().value())
                    .setCommand(CommandCodec.encode(write.command()))
                    .build();
        }
        return LogProto.Entry.newBuilder()
                .setBarrier(LogProto.Barrier.getDefaultInstance())
                .build();
    }

    /** Reads what {@link #encode} wrote. */
    public static LogEntry decode(ByteBuffer bytes) throws UndecodableException {
        try {
            return decode(LogProto.Entry.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new UndecodableException("not a log entry: " + e.getMessage(), e);
        }
    }

    public static LogEntry decode(LogProto.Entry entry) throws UndecodableException {
        try {
            return switch (entry.getContentCase()) {
                case COMMAND ->
                    new LogEntry.Write(new RequestId(entry.getRequestId()), CommandCodec.decode(entry.getCommand()));
                case BARRIER -> new LogEntry.Barrier();
                case CONTENT_NOT_SET ->
                    throw new IllegalArgumentException("a kind of entry that this version does not know");
            };
        } catch (IllegalArgumentException e) {
            throw new UndecodableException("log entry: " + e.getMessage(), e);
        }
    }
}
