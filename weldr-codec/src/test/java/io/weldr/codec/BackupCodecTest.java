package io.weldr.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.codec.BackupCodec.Backup;
import io.weldr.codec.BackupCodec.Header;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupCodecTest {
    private static final UUID CLUSTER = UUID.fromString("0d5bd0b6-9e8e-3d0f-9d0e-4f4f3a4f5b6c");

    /** Where the format stands, and the length of the header behind it. */
    private static final int FORMAT_AT = 16;

    private static final int HEADER_BYTES_AT = 20;
    private static final int CHECKSUM_BYTES = 32;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenIsReadBackWithoutTheMembers(long seed) throws Exception {
        ClusterState state = state(seed);
        Backup read = BackupCodec.read(BackupCodec.write(header(state), state));
        assertThat(read.header()).isEqualTo(header(state));
        assertThat(state.members()).isNotEmpty();
        assertThat(read.state()).isEqualTo(state.withoutMembers());
        assertThat(read.state().revision()).isEqualTo(state.revision());
    }

    @Test
    void aNodeThatBelongsToNoClusterHasAnEmptyState() throws Exception {
        Header header = new Header(null, ClusterVersion.INITIAL, 0, 0, 0, Instant.EPOCH, "1", "n1");
        Backup read = BackupCodec.read(BackupCodec.write(header, ClusterState.INITIAL));
        assertThat(read).isEqualTo(new Backup(header, ClusterState.INITIAL));
    }

    @Test
    void everyTruncatedFileIsRefused() {
        byte[] file = file();
        for (int length = 0; length < file.length; length++) {
            byte[] part = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> BackupCodec.read(part))
                    .as("%d of %d bytes", length, file.length)
                    .isInstanceOf(BackupException.class)
                    .hasMessageContaining(part.length == 0 ? "no backup" : "truncated");
        }
    }

    @Test
    void everyChangedBitIsFound() {
        byte[] file = file();
        for (int at = 0; at < file.length; at++) {
            byte[] changed = file.clone();
            changed[at] ^= (byte) (1 << at % 8);
            assertThatThrownBy(() -> BackupCodec.read(changed))
                    .as("byte %d of %d", at, file.length)
                    .isInstanceOf(BackupException.class);
        }
        byte[] state = file.clone();
        state[file.length - CHECKSUM_BYTES - 1] ^= 1;
        assertThatThrownBy(() -> BackupCodec.read(state))
                .hasMessage("the backup is damaged: its SHA-256 does not match (expected: as at its end)");
    }

    @Test
    void bytesBehindTheEndAreRefused() {
        byte[] longer = Arrays.copyOf(file(), file().length + 1);
        assertThatThrownBy(() -> BackupCodec.read(longer))
                .hasMessage("the backup is damaged: " + longer.length + " bytes (expected: " + file().length
                        + ", as its header says)");
    }

    @Test
    void anotherFileIsNoBackup() {
        assertThatThrownBy(() -> BackupCodec.read("{\"pools\": []}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .hasMessage("no backup of weldr (expected: a file that weldrctl backup wrote)");
    }

    @Test
    void aNewerFormatIsNamed() {
        byte[] file = file();
        ByteBuffer.wrap(file).putInt(FORMAT_AT, 2);
        assertThatThrownBy(() -> BackupCodec.read(sealed(file)))
                .hasMessageStartingWith("the backup has format 2 (expected: 1, ");
    }

    @Test
    void aNewerClusterVersionIsNamed() {
        ClusterVersion newer = new ClusterVersion(ClusterVersion.SUPPORTED.number() + 1);
        Header header = new Header(CLUSTER, newer, 0, 0, 1, Instant.EPOCH, "9.0.0", "n1");
        byte[] file = BackupCodec.write(header, ClusterState.INITIAL);
        assertThatThrownBy(() -> BackupCodec.read(file))
                .hasMessageStartingWith(
                        "the backup needs cluster version " + newer + " (expected: at most " + ClusterVersion.SUPPORTED)
                .hasMessageContaining("use weldr 9.0.0 or later");
    }

    @Test
    void aFieldOfANewerVersionIsNotSkipped() {
        byte[] file = file();
        int headBytes = ByteBuffer.wrap(file).getInt(HEADER_BYTES_AT);
        int headEnd = HEADER_BYTES_AT + Integer.BYTES + headBytes;
        byte[] field = {(byte) (15 << 3), 1}; // number 15, a varint
        ByteBuffer longer = ByteBuffer.allocate(file.length + field.length);
        longer.put(file, 0, headEnd).put(field).put(file, headEnd, file.length - headEnd);
        byte[] newer = new byte[longer.capacity()];
        longer.rewind().get(newer);
        ByteBuffer.wrap(newer).putInt(HEADER_BYTES_AT, headBytes + field.length);
        assertThatThrownBy(() -> BackupCodec.read(sealed(newer)))
                .hasMessageContaining("BackupHeader has field 15, which this version of weldr does not know");
    }

    @Test
    void aHeaderThatDoesNotBelongToTheStateIsRefused() {
        ClusterState state = state(1);
        Header other = new Header(
                CLUSTER, state.version(), state.revision() + 1, state.revision() + 9, 3, Instant.EPOCH, "1", "n1");
        byte[] file = BackupCodec.write(other, state);
        assertThatThrownBy(() -> BackupCodec.read(file))
                .hasMessageContaining("its header says revision " + (state.revision() + 1));
    }

    @Test
    void anErrorNamesTheFile(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("nothing"), new byte[0]);
        assertThatThrownBy(() -> BackupCodec.read(file))
                .isInstanceOf(BackupException.class)
                .hasMessageStartingWith(file + ": no backup");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void junkBehindAGoodBeginningIsRefused(long seed) {
        Random random = new Random(seed);
        byte[] file = file();
        byte[] junk = file.clone();
        for (int at = HEADER_BYTES_AT; at < junk.length; at++) {
            junk[at] = (byte) random.nextInt();
        }
        assertThatThrownBy(() -> BackupCodec.read(junk)).isInstanceOf(BackupException.class);
        // Also with a checksum that says that all is well.
        byte[] state = file.clone();
        int bodyAt = HEADER_BYTES_AT
                + 2 * Integer.BYTES
                + Long.BYTES
                + ByteBuffer.wrap(file).getInt(HEADER_BYTES_AT);
        for (int at = bodyAt; at < state.length - CHECKSUM_BYTES; at++) {
            state[at] = (byte) random.nextInt();
        }
        assertThatThrownBy(() -> BackupCodec.read(sealed(state))).isInstanceOf(BackupException.class);
    }

    private static byte[] sealed(byte[] file) throws Exception {
        int end = file.length - CHECKSUM_BYTES;
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(file, end));
        byte[] sealed = file.clone();
        System.arraycopy(sum, 0, sealed, end, sum.length);
        return sealed;
    }

    private static byte[] file() {
        ClusterState state = state(1);
        return BackupCodec.write(header(state), state);
    }

    private static Header header(ClusterState state) {
        return new Header(
                CLUSTER,
                state.version(),
                state.revision(),
                state.revision() + 3,
                4,
                Instant.parse("2026-11-30T21:24:38.5Z"),
                "0.9.0",
                "n2");
    }

    private static ClusterState state(long seed) {
        Samples samples = new Samples(seed);
        ClusterState state = ClusterState.INITIAL;
        for (int index = 1; index <= 60 || state.members().isEmpty(); index++) {
            state = state.apply(samples.command(), index, samples.limits(), samples.attribution())
                    .next();
        }
        return state;
    }
}
