package io.weldr.api.grpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.weldr.api.admin.Backups.Taken;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.port.Backup;
import io.weldr.core.state.ClusterState;
import io.weldr.proto.admin.v1.BackupInfo;
import io.weldr.proto.admin.v1.BackupPart;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One backup that is sent, part after part as the client reads. Its file counts among the bytes that wait for clients
 * until the call is over. Thread safe: parts are sent by threads of gRPC and by the one that made the file.
 */
final class BackupCall {
    private static final int PART_BYTES = 64 * 1024;

    private final ServerCallStreamObserver<BackupPart> call;
    private final WaitingBytes waiting;
    private @Nullable ByteBuffer file; // what is left of it; under the lock of this
    private int taken; // of the bytes that may wait; under the lock of this
    private boolean over; // under the lock of this

    private BackupCall(ServerCallStreamObserver<BackupPart> call, WaitingBytes waiting) {
        this.call = call;
        this.waiting = waiting;
    }

    /** Begins to answer; must be called within the service method. */
    static void begin(ServerCallStreamObserver<BackupPart> call, WaitingBytes waiting, CompletionStage<Taken> backup) {
        BackupCall sending = new BackupCall(call, waiting);
        call.setOnCancelHandler(sending::end);
        call.setOnCloseHandler(sending::end); // The last byte has left.
        call.setOnReadyHandler(sending::pump);
        backup.whenComplete((made, failure) -> {
            if (failure != null) {
                sending.refuse(failure);
            } else {
                sending.start(made, call);
            }
        });
    }

    private synchronized void refuse(Throwable failure) {
        if (!over) {
            over = true;
            call.onError(Statuses.of(failure));
        }
    }

    private synchronized void start(Taken made, ServerCallStreamObserver<BackupPart> to) {
        if (over) {
            return;
        }
        int bytes = made.backup().file().length;
        if (!waiting.take(bytes)) {
            refuse(Problem.of(
                            ProblemType.OVERLOADED,
                            waiting.waiting() + " bytes wait for clients to read them",
                            "at most " + waiting.most())
                    .exception());
            return;
        }
        taken = bytes;
        to.onNext(BackupPart.newBuilder().setInfo(info(made)).build());
        file = ByteBuffer.wrap(made.backup().file()).asReadOnlyBuffer();
        pump();
    }

    private synchronized void pump() {
        ByteBuffer left = file;
        if (over || left == null) {
            return;
        }
        while (call.isReady() && left.hasRemaining()) {
            ByteBuffer part = left.slice(left.position(), Math.min(PART_BYTES, left.remaining()));
            left.position(left.position() + part.remaining());
            call.onNext(BackupPart.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(part)) // Nobody changes the file.
                    .build());
        }
        if (!left.hasRemaining()) {
            over = true;
            call.onCompleted();
        }
    }

    private synchronized void end() {
        over = true;
        waiting.sent(taken);
        taken = 0;
        file = null;
    }

    private static BackupInfo info(Taken taken) {
        Backup backup = taken.backup();
        ClusterState state = backup.state();
        BackupInfo.Builder info = BackupInfo.newBuilder()
                .setCluster(backup.origin().cluster())
                .setClusterVersion(state.version().number())
                .setRevision(state.revision())
                .setAppliedIndex(backup.origin().index())
                .setAt(Wire.timestamp(backup.origin().at()))
                .setNode(backup.origin().node().value())
                .setBytes(backup.file().length)
                .setPools(state.pools().size())
                .setOrigins(state.origins())
                .setListeners(state.listeners().size())
                .setRoutes(state.routes().size())
                .setCertificates(state.certificates().size())
                .setTokens(state.tokens().size())
                .setChanges(
                        state.operatorChanges().size() + state.clusterChanges().size());
        Duration age = taken.age();
        if (age != null) {
            info.setAge(Wire.duration(age));
        }
        return info.build();
    }
}
