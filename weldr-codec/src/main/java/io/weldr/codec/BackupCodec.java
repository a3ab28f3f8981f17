package io.weldr.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.proto.raft.v1.LogProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Backup files: a header, the state in the encoding of snapshots, and a checksum. The layout is described at {@code
 * BackupHeader} in {@code log.proto}, and in docs/reference/backup.md. A file has no requests that were applied: a
 * request that an operator repeats belongs to the cluster that answered it first.
 */
public final class BackupCodec {
    /** The only format so far. */
    public static final int FORMAT = 1;

    /** A header has some 200 bytes. */
    private static final int HEADER_BYTES_MAX = 64 * 1024;

    /** The largest state that the limits allow has some 10 MiB. */
    private static final int FILE_BYTES_MAX = 256 * 1024 * 1024;

    /** A program that changes the ends of lines, or stops at SUB, damages it. */
    private static final byte[] MAGIC = "weldr backup\r\n\032\n".getBytes(ISO_8859_1);

    private static final int PREFIX_BYTES = MAGIC.length + 2 * Integer.BYTES;
    private static final int CHECKSUM_BYTES = 32;

    private BackupCodec() {}

    /**
     * What a backup tells about itself.
     *
     * @param cluster null: the node that wrote it did not belong to one yet
     * @param index the log was applied up to this index, at least
     * @param term the term of the node at that time
     * @param at when it was written
     * @param program the version of the program that wrote it
     * @param node the node that wrote it
     */
    public record Header(
            @Nullable UUID cluster,
            ClusterVersion version,
            long revision,
            long index,
            long term,
            Instant at,
            String program,
            String node) {}

    /** A backup. */
    public record Backup(Header header, ClusterState state) {}

    /** The file of a backup, without the members of the state. */
    public static byte[] write(Header header, ClusterState state) {
        UUID cluster = header.cluster();
        LogProto.BackupHeader head = LogProto.BackupHeader.newBuilder()
                .setCluster(cluster == null ? "" : cluster.toString())
                .setClusterVersion(header.version().number())
                .setRevision(header.revision())
                .setIndex(header.index())
                .setTerm(header.term())
                .setAt(PoolCodec.encode(header.at()))
                .setProgram(header.program())
                .setNode(header.node())
                .build();
        LogProto.ClusterState body = StateCodec.encode(state.withoutMembers());
        int headBytes = head.getSerializedSize();
        int bodyBytes = body.getSerializedSize();
        byte[] bytes = new byte[PREFIX_BYTES + headBytes + Long.BYTES + bodyBytes + CHECKSUM_BYTES];
        ByteBuffer file = ByteBuffer.wrap(bytes);
        file.put(MAGIC).putInt(FORMAT).putInt(headBytes);
        put(head, bytes, file.position(), headBytes);
        file.position(file.position() + headBytes);
        file.putLong(bodyBytes);
        put(body, bytes, file.position(), bodyBytes);
        file.position(file.position() + bodyBytes);
        file.put(checksum(bytes, file.position()));
        return bytes;
    }

    private static void put(MessageLite message, byte[] to, int at, int length) {
        try {
            message.writeTo(CodedOutputStream.newInstance(to, at, length));
        } catch (IOException e) {
            throw new IllegalStateException("a message has as many bytes as it says", e);
        }
    }

    /**
     * Reads a backup file.
     *
     * @throws BackupException it is no backup, or damaged, or of a newer version
     * @throws IOException the file cannot be read
     */
    public static Backup read(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > FILE_BYTES_MAX) {
            throw new BackupException(file + ": " + bytes + " bytes (expected: at most " + FILE_BYTES_MAX + ")");
        }
        try {
            return read(Files.readAllBytes(file));
        } catch (BackupException e) {
            throw new BackupException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a backup.
     *
     * @throws BackupException it is none, or damaged, or of a newer version
     */
    public static Backup read(byte[] bytes) throws BackupException {
        requireMagic(bytes);
        ByteBuffer file = ByteBuffer.wrap(bytes);
        require(file, PREFIX_BYTES);
        file.position(MAGIC.length);
        int format = file.getInt();
        if (format != FORMAT) {
            throw new BackupException("the backup has format " + format + " (expected: " + FORMAT
                    + ", the only one that this version of weldr knows; a newer version may have written the file)");
        }
        int headBytes = file.getInt();
        if (headBytes < 0 || headBytes > HEADER_BYTES_MAX) {
            throw new BackupException("the backup is damaged: its header has " + headBytes
                    + " bytes (expected: at most " + HEADER_BYTES_MAX + ")");
        }
        int bodyAt = PREFIX_BYTES + headBytes + Long.BYTES;
        require(file, bodyAt);
        long bodyBytes = file.getLong(bodyAt - Long.BYTES);
        if (bodyBytes < 0 || bodyBytes > FILE_BYTES_MAX) {
            throw new BackupException("the backup is damaged: its state has " + bodyBytes + " bytes (expected: at most "
                    + FILE_BYTES_MAX + ")");
        }
        long end = bodyAt + bodyBytes;
        require(file, end + CHECKSUM_BYTES);
        if (bytes.length > end + CHECKSUM_BYTES) {
            throw new BackupException("the backup is damaged: " + bytes.length + " bytes (expected: "
                    + (end + CHECKSUM_BYTES) + ", as its header says)");
        }
        byte[] expected = Arrays.copyOfRange(bytes, (int) end, bytes.length);
        if (!Arrays.equals(checksum(bytes, (int) end), expected)) {
            throw new BackupException("the backup is damaged: its SHA-256 does not match (expected: as at its end)");
        }
        return decode(file.slice(PREFIX_BYTES, headBytes), file.slice(bodyAt, (int) bodyBytes));
    }

    private static void requireMagic(byte[] bytes) throws BackupException {
        int found = Math.min(bytes.length, MAGIC.length);
        if (found == 0 || !Arrays.equals(bytes, 0, found, MAGIC, 0, found)) {
            throw new BackupException("no backup of weldr (expected: a file that weldrctl backup wrote)");
        }
    }

    private static void require(ByteBuffer file, long bytes) throws BackupException {
        if (file.limit() < bytes) {
            throw new BackupException(
                    "the backup is truncated: " + file.limit() + " bytes (expected: at least " + bytes + ")");
        }
    }

    private static Backup decode(ByteBuffer head, ByteBuffer body) throws BackupException {
        try {
            LogProto.BackupHeader header = LogProto.BackupHeader.parseFrom(head);
            if (header.getClusterVersion() > ClusterVersion.SUPPORTED.number()) {
                throw new BackupException("the backup needs cluster version " + header.getClusterVersion()
                        + " (expected: at most " + ClusterVersion.SUPPORTED
                        + ", the newest that this version of weldr supports; use weldr " + header.getProgram()
                        + " or later)");
            }
            UnknownParts.refuse("backup", header);
            LogProto.ClusterState state = LogProto.ClusterState.parseFrom(body);
            UnknownParts.refuse("backup", state);
            Header read = new Header(
                    header.getCluster().isEmpty() ? null : UUID.fromString(header.getCluster()),
                    new ClusterVersion(header.getClusterVersion()),
                    header.getRevision(),
                    header.getIndex(),
                    header.getTerm(),
                    PoolCodec.decode(header.getAt()),
                    header.getProgram(),
                    header.getNode());
            return checked(new Backup(read, StateCodec.decode(state)));
        } catch (UndecodableException e) {
            throw new BackupException(
                    e.getMessage() + " (expected: a backup of this version of weldr or an older one)", e);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new BackupException("the backup cannot be read: " + e.getMessage(), e);
        }
    }

    private static Backup checked(Backup backup) throws BackupException {
        Header header = backup.header();
        ClusterState state = backup.state();
        boolean same = header.revision() == state.revision()
                && header.version().equals(state.version())
                && header.index() >= state.revision()
                && header.term() >= 0;
        if (!same) {
            throw new BackupException("the backup is damaged: its header says revision " + header.revision()
                    + ", index " + header.index() + ", cluster version " + header.version() + " (expected: revision "
                    + state.revision() + ", an index from there on, and cluster version " + state.version()
                    + ", as in its state)");
        }
        return new Backup(header, state.withoutMembers());
    }

    private static byte[] checksum(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
