package io.weldr.node.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.Finding;
import io.weldr.core.port.Finding.Severity;
import io.weldr.core.port.Measurement.Histogram;
import io.weldr.core.state.MemberId;
import io.weldr.raft.LogUse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each check of the machine finds what is wrong, and is quiet about what is not. */
class MachineFindingsTest {
    private static final long MIB = 1 << 20;
    private static final Path FOLDER = Path.of("/var/lib/weldr");
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final MachineFindings findings = new MachineFindings(new MemberId("n1"));

    private static void isFound(Optional<Finding> finding, Severity severity, String check, String... words) {
        assertThat(finding).isPresent();
        assertThat(finding.get().severity()).isEqualTo(severity);
        assertThat(finding.get().check()).isEqualTo(check);
        assertThat(finding.get().node()).isEqualTo(new MemberId("n1"));
        for (String word : words) {
            assertThat(finding.get().found()).contains(word);
        }
        assertThat(finding.get().remedy()).isNotEmpty();
    }

    @Test
    void littleSpace() {
        assertThat(findings.diskSpace(FOLDER, 512 * MIB)).isEmpty();
        isFound(findings.diskSpace(FOLDER, 511 * MIB), Severity.WARNING, "disk-space", "511 MiB", "/var/lib/weldr");
        isFound(findings.diskSpace(FOLDER, 63 * MIB), Severity.CRITICAL, "disk-space", "63 MiB");
    }

    private static Histogram syncs(long quick, long slow) {
        return new Histogram(
                "raft_fsync_seconds", "", Map.of(), List.of(0.01, 0.2, 0.5), List.of(quick, 0L, slow, 0L), 1);
    }

    @Test
    void aSlowDisk() {
        Duration electionTimeout = Duration.ofMillis(500);
        assertThat(findings.diskLatency(syncs(990, 10), electionTimeout)).isEmpty();
        assertThat(findings.diskLatency(syncs(0, 99), electionTimeout))
                .as("too few to tell")
                .isEmpty();
        isFound(
                findings.diskLatency(syncs(980, 20), electionTimeout),
                Severity.WARNING,
                "disk-latency",
                "20 of 1000 writes",
                "250 ms");
        assertThat(findings.diskLatency(syncs(980, 20), Duration.ofSeconds(1)))
                .as("half a second is half of the election timeout")
                .isEmpty();
    }

    @Test
    void aLogThatIsNotShortened() {
        assertThat(findings.logGrowth(new LogUse(5 * MIB, 1000), 4000, 1000)).isEmpty();
        isFound(
                findings.logGrowth(new LogUse(5 * MIB, 1000), 4001, 1000),
                Severity.WARNING,
                "log-growth",
                "3001 entries",
                "5 MiB");
        isFound(findings.logGrowth(new LogUse(0, 0), 3001, 1000), Severity.WARNING, "log-growth");
    }

    @Test
    void tooFewOpenFiles() {
        assertThat(findings.openFiles(100, 41_000, 20_000)).isEmpty();
        isFound(findings.openFiles(100, 1024, 20_000), Severity.WARNING, "open-files", "1024", "41000");
        isFound(findings.openFiles(950, 1024, 10), Severity.CRITICAL, "open-files", "950");
    }

    @Test
    void tooLittleMemory() {
        assertThat(findings.memory(512 * MIB, 512 * MIB, 1152 * MIB, 100 * MIB)).isEmpty();
        isFound(
                findings.memory(512 * MIB, 512 * MIB, 1151 * MIB, 100 * MIB),
                Severity.WARNING,
                "memory",
                "1152 MiB",
                "1151");
        isFound(
                findings.memory(512 * MIB, 512 * MIB, 8192 * MIB, 480 * MIB),
                Severity.CRITICAL,
                "memory",
                "480 of 512 MiB");
    }

    @Test
    void aCertificateForMembersThatExpires() {
        assertThat(findings.memberCertificate(NOW.plus(Duration.ofDays(8)), NOW, false))
                .isEmpty();
        isFound(
                findings.memberCertificate(NOW.plus(Duration.ofDays(6)), NOW, false),
                Severity.WARNING,
                "member-certificate");
        isFound(
                findings.memberCertificate(NOW.plus(Duration.ofDays(8)), NOW, true),
                Severity.WARNING,
                "member-certificate",
                "expires 2026-02-08");
        isFound(
                findings.memberCertificate(NOW.minusSeconds(1), NOW, true),
                Severity.CRITICAL,
                "member-certificate",
                "expired");
    }

    @Test
    void insecureAndVirtualIps() {
        assertThat(findings.insecure(false)).isEmpty();
        isFound(findings.insecure(true), Severity.WARNING, "insecure");
        assertThat(findings.ipv6("2001:db8::1", "eth0", "0\n")).isEmpty();
        assertThat(findings.ipv6("2001:db8::1", "eth0", "")).isEmpty();
        isFound(findings.ipv6("2001:db8::1", "eth0", "1\n"), Severity.CRITICAL, "virtual-ip", "eth0", "IPv6");
        isFound(Optional.of(findings.virtualIp("interface \"x\": gone")), Severity.CRITICAL, "virtual-ip", "gone");
    }
}
