package io.weldr.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterState;
import io.weldr.proto.raft.v1.LogProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Snapshot files. */
public final class SnapshotCodec {
    private SnapshotCodec() {}

    private static final String WHAT = "snapshot";

    /**
     * Everything that applying the log up to {@code index} gave.
     *
     * @param requests the requests that were applied
     */
    public record Snapshot(long term, long index, ClusterState state, Requests requests) {}

    /**
     * Requests that were applied with what became of each, oldest first, by request id.
     *
     * @param operators those of operators; under {@link io.weldr.core.state.ClusterVersion#INITIAL} all
     * @param clusters those that no operator asked for
     */
    public record Requests(Map<String, Committed> operators, Map<String, Committed> clusters) {}

    public static void write(Snapshot snapshot, OutputStream to) throws IOException {
        LogProto.Snapshot.Builder file = LogProto.Snapshot.newBuilder()
                .setTerm(snapshot.term())
                .setIndex(snapshot.index())
                .setState(StateCodec.encode(snapshot.state()));
        snapshot.requests().operators().forEach((id, committed) -> file.addRequests(encode(id, committed)));
        snapshot.requests().clusters().forEach((id, committed) -> file.addClusterRequests(encode(id, committed)));
        file.build().writeTo(to);
    }

    private static LogProto.AppliedRequest encode(String id, Committed committed) {
        return LogProto.AppliedRequest.newBuilder()
                .setRequestId(id)
                .setCommitted(CommittedCodec.encode(committed))
                .build();
    }

    /** Reads what {@link #write} wrote. Refuses whatever this program does not know. */
    public static Snapshot read(InputStream from) throws IOException, UndecodableException {
        try {
            LogProto.Snapshot file = LogProto.Snapshot.parseFrom(from);
            UnknownParts.refuse(WHAT, file);
            return new Snapshot(
                    file.getTerm(),
                    file.getIndex(),
                    StateCodec.decode(file.getState()),
                    new Requests(decode(file.getRequestsList()), decode(file.getClusterRequestsList())));
        } catch (InvalidProtocolBufferException e) {
            throw UndecodableException.malformed("a " + WHAT, e);
        } catch (IllegalArgumentException e) {
            throw UndecodableException.unknown(WHAT, String.valueOf(e.getMessage()), e);
        }
    }

    private static Map<String, Committed> decode(List<LogProto.AppliedRequest> from) throws UndecodableException {
        Map<String, Committed> requests = new LinkedHashMap<>();
        for (LogProto.AppliedRequest request : from) {
            requests.put(request.getRequestId(), CommittedCodec.decode(request.getCommitted()));
        }
        return requests;
    }
}
