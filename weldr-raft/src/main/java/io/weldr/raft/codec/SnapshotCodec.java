package io.weldr.raft.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterState;
import io.weldr.proto.raft.v1.LogProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Snapshot files. */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    /**
     * Everything that applying the log up to {@code index} gave.
     *
     * @param requests the requests that were applied, oldest first, with what became of each
     */
    public record Snapshot(long term, long index, ClusterState state, Map<String, Committed> requests) {}

    public static void write(Snapshot snapshot, OutputStream to) throws IOException {
        LogProto.Snapshot.Builder file = LogProto.Snapshot.newBuilder()
                .setTerm(snapshot.term())
                .setIndex(snapshot.index())
                .setState(StateCodec.encode(snapshot.state()));
        snapshot.requests()
                .forEach((id, committed) -> file.addRequests(LogProto.AppliedRequest.newBuilder()
                        .setRequestId(id)
                        .setCommitted(CommittedCodec.encode(committed))));
        file.build().writeTo(to);
    }

    /** Reads what {@link #write} wrote. */
    public static Snapshot read(InputStream from) throws IOException, UndecodableException {
        try {
            LogProto.Snapshot file = LogProto.Snapshot.parseFrom(from);
            Map<String, Committed> requests = new LinkedHashMap<>();
            for (LogProto.AppliedRequest request : file.getRequestsList()) {
                requests.put(request.getRequestId(), CommittedCodec.decode(request.getCommitted()));
            }
            return new Snapshot(file.getTerm(), file.getIndex(), StateCodec.decode(file.getState()), requests);
        } catch (InvalidProtocolBufferException e) {
            throw new UndecodableException("not a snapshot: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UndecodableException("snapshot: " + e.getMessage(), e);
        }
    }
}
