package io.weldr.cli;

import com.google.protobuf.ByteString;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.BackupInfo;
import io.weldr.proto.admin.v1.BackupPart;
import io.weldr.proto.admin.v1.BackupRequest;
import io.weldr.proto.admin.v1.Consistency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl backup FILE}. */
@Command(
        header = "Writes the state of the cluster into FILE, at one revision. weldr restore reads it.",
        description =
                "Any node answers. It needs the role admin: private keys, sealed by the secret of the cluster, and hashes of"
                        + " tokens are in the file. Keep the secret too: without it the private keys are of no use. Idempotency"
                        + " keys and members are not in the file. weldr backup-info FILE shows what is in it.")
final class BackupCommand extends Shared {
    /** A state of the largest size that the limits allow, over a slow line. */
    private static final String TIMEOUT = "60s";

    private static final String STANDARD_OUTPUT = "-";

    /** Larger than every state that the limits allow. */
    private static final int BYTES_MAX = 256 << 20;

    private static final int CHECKSUM_BYTES = 32;

    @Parameters(paramLabel = "FILE", description = "The file to write; - is standard output")
    private String file = "";

    @Option(names = "--force", description = "Replace FILE if it exists")
    private boolean force;

    @Option(names = "--stale", description = "Write the state that the node has applied, also without a quorum")
    private boolean stale;

    /** What a node gave. */
    private record Received(BackupInfo info, ByteString file) {}

    @Override
    Session session(Weldrctl root) {
        return root.sessionOf(TIMEOUT);
    }

    @Override
    void run(Session session, Output output) {
        NewFile to = file.equals(STANDARD_OUTPUT) ? null : new NewFile(path(), force);
        if (to == null && Terminal.now() != null) {
            throw new CliException(
                    ExitCode.USAGE, "FILE: - is a terminal (expected: a file, or standard output that goes to one)");
        }
        if (to != null) {
            to.check();
        }
        BackupRequest request = BackupRequest.newBuilder()
                .setConsistency(stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE)
                .build();
        Received received = session.readWhole(stub -> receive(stub, request));
        if (to == null) {
            output.bytes(received.file());
            return;
        }
        to.write(received.file().asReadOnlyByteBuffer());
        say(output, received.info());
    }

    private Path path() {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new CliException(ExitCode.USAGE, Output.printable(file + ": " + e.getReason()));
        }
    }

    private static Received receive(AdminBlockingStub stub, BackupRequest request) {
        Iterator<BackupPart> parts = stub.backup(request);
        BackupInfo info = parts.hasNext() ? parts.next().getInfo() : BackupInfo.getDefaultInstance();
        if (info.getBytes() <= CHECKSUM_BYTES || info.getBytes() > BYTES_MAX) {
            throw damaged(info.getBytes() + " bytes", "at most " + BYTES_MAX);
        }
        ByteString.Output bytes = ByteString.newOutput((int) info.getBytes());
        while (parts.hasNext()) {
            ByteString data = parts.next().getData();
            if (bytes.size() + data.size() > info.getBytes()) {
                throw damaged("more than " + info.getBytes() + " bytes", "as many");
            }
            append(bytes, data);
        }
        if (bytes.size() < info.getBytes()) {
            throw damaged(bytes.size() + " bytes", Long.toString(info.getBytes()));
        }
        ByteString whole = bytes.toByteString();
        requireChecksum(whole);
        return new Received(info, whole);
    }

    private static void append(ByteString.Output to, ByteString data) {
        try {
            data.writeTo(to);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all bytes", e);
        }
    }

    private static void requireChecksum(ByteString whole) {
        int end = whole.size() - CHECKSUM_BYTES;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(whole.substring(0, end).asReadOnlyByteBuffer());
            if (!whole.substring(end).equals(ByteString.copyFrom(digest.digest()))) {
                throw damaged("another SHA-256", "that at the end of the file");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static CliException damaged(String found, String expected) {
        return new CliException(
                ExitCode.REFUSED, "the node sent no whole backup: " + found + " (expected: " + expected + ")");
    }

    private void say(Output output, BackupInfo info) {
        if (output.json()) {
            output.json(map(info));
            return;
        }
        output.line("revision " + info.getRevision() + " of cluster " + info.getCluster() + ", applied index "
                + info.getAppliedIndex() + ", from node " + info.getNode());
        if (stale) {
            output.line("may be stale: "
                    + (info.hasAge()
                            ? "the node heard a leader " + Values.duration(info.getAge()) + " ago"
                            : "the node has not heard a leader"));
        }
        output.line(String.join(
                ", ",
                count(info.getPools(), "pool"),
                count(info.getOrigins(), "origin"),
                count(info.getListeners(), "listener"),
                count(info.getRoutes(), "route"),
                count(info.getCertificates(), "certificate"),
                count(info.getTokens(), "token"),
                count(info.getChanges(), "change")));
        output.line("wrote " + file + ", " + info.getBytes() + " bytes");
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private Map<String, Object> map(BackupInfo info) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", file);
        map.put("bytes", info.getBytes());
        map.put("cluster", info.getCluster());
        map.put("clusterVersion", info.getClusterVersion());
        map.put("revision", info.getRevision());
        map.put("appliedIndex", info.getAppliedIndex());
        map.put("at", Values.time(info.getAt(), ChronoUnit.MILLIS));
        map.put("node", info.getNode());
        map.put("stale", stale);
        map.put("pools", info.getPools());
        map.put("origins", info.getOrigins());
        map.put("listeners", info.getListeners());
        map.put("routes", info.getRoutes());
        map.put("certificates", info.getCertificates());
        map.put("tokens", info.getTokens());
        map.put("changes", info.getChanges());
        return map;
    }
}
