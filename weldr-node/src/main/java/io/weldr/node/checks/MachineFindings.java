package io.weldr.node.checks;

import io.weldr.core.port.Finding;
import io.weldr.core.port.Measurement.Histogram;
import io.weldr.core.state.MemberId;
import io.weldr.raft.LogUse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with the machine and the process of a node, by what was measured. Pure. */
final class MachineFindings {
    private static final long MIB = 1 << 20;

    /** Below 16 MB consensus closes. */
    static final long DISK_BYTES_CRITICAL = 64 * MIB;

    /** Room for the log and two snapshots of a large state, and for a day in which somebody may look. */
    static final long DISK_BYTES_LOW = 512 * MIB;

    /** Of fewer, one slow one would be more than one in a hundred. */
    static final long SYNCS_MIN = 100;

    /** So many snapshots in a row were not made. */
    static final int SNAPSHOTS_MISSED_MAX = 3;

    /** Beside clients and origins: the log, libraries, peers, the API. */
    static final long OTHER_FILES = 1000;

    /** What a JVM takes beside its heap and its buffers: code, classes, stacks, the garbage collector. */
    static final long OTHER_MEMORY_BYTES = 128 * MIB;

    private static final double NEARLY = 0.9;

    /** The files of peer-tls have to be renewed by an operator. */
    static final Duration PEER_TLS_SOON = Duration.ofDays(14);

    /** A node renews its own certificate ten days before its end. */
    static final Duration OWN_SOON = Duration.ofDays(7);

    private final MemberId self;

    MachineFindings(MemberId self) {
        this.self = self;
    }

    private Optional<Finding> critical(String check, String found, String remedy) {
        return Optional.of(Finding.critical(check, self, found, remedy));
    }

    private Optional<Finding> warning(String check, String found, String remedy) {
        return Optional.of(Finding.warning(check, self, found, remedy));
    }

    Optional<Finding> diskSpace(Path folder, long usableBytes) {
        if (usableBytes >= DISK_BYTES_LOW) {
            return Optional.empty();
        }
        String found = usableBytes / MIB + " MiB are free for the data folder " + folder;
        String remedy = "make room: du -xh --max-depth=2 " + folder + "; folders log.damaged may be deleted";
        return usableBytes < DISK_BYTES_CRITICAL
                ? critical("disk-space", found + ": below 16 MB the node takes no changes", remedy)
                : warning("disk-space", found, remedy);
    }

    /** @param syncs how long the log took to reach the disk, since the process started */
    Optional<Finding> diskLatency(Histogram syncs, Duration electionTimeoutMin) {
        List<Long> counts = syncs.counts();
        long all = counts.stream().mapToLong(Long::longValue).sum();
        if (all < SYNCS_MIN) {
            return Optional.empty();
        }
        double limitSeconds = electionTimeoutMin.toMillis() / 2000.0;
        long quick = 0;
        for (int i = 0; i < syncs.bounds().size() && syncs.bounds().get(i) <= limitSeconds; i++) {
            quick += counts.get(i);
        }
        long slow = all - quick;
        return slow * 100 <= all
                ? Optional.empty()
                : warning(
                        "disk-latency",
                        String.format(
                                Locale.ROOT,
                                "%d of %d writes of the log took more than about %.0f ms to reach the disk, half of"
                                        + " the shortest election-timeout",
                                slow,
                                all,
                                limitSeconds * 1000),
                        "give the data folder a faster disk, or one of its own; compare weldr_raft_fsync_seconds of the"
                                + " members");
    }

    /** @param snapshotEntries after how many entries the node makes a snapshot */
    Optional<Finding> logGrowth(LogUse log, long appliedIndex, int snapshotEntries) {
        long entries = appliedIndex - Math.max(0, log.snapshotIndex());
        return entries <= (long) SNAPSHOTS_MISSED_MAX * snapshotEntries
                ? Optional.empty()
                : warning(
                        "log-growth",
                        "the log grows: " + entries + " entries since the last snapshot, where one is made every "
                                + snapshotEntries + "; it has " + log.bytes() / MIB + " MiB",
                        "see in the log of the node why no snapshot is made: journalctl -u weldr | grep -i snapshot");
    }

    Optional<Finding> openFiles(long open, long limit, int connectionsMax) {
        long needed = 2L * connectionsMax + OTHER_FILES;
        if (open > limit * NEARLY) {
            return critical(
                    "open-files",
                    open + " files and connections are open, and the limit is " + limit,
                    "raise LimitNOFILE of the unit, or ulimit -n, to " + needed + " or more, and restart the node");
        }
        return limit >= needed
                ? Optional.empty()
                : warning(
                        "open-files",
                        "the limit of open files is " + limit + ", and limits.connections-max " + connectionsMax
                                + " needs " + needed,
                        "raise LimitNOFILE of the unit, or ulimit -n, to " + needed
                                + " or more, or lower limits.connections-max; restart the node");
    }

    /**
     * Looks at what memory there may be.
     *
     * @param machineBytes of the machine, or of the container
     * @param heapUsedBytes after the last collection of the old generation; 0: there was none
     */
    Optional<Finding> memory(long heapMaxBytes, long directMaxBytes, long machineBytes, long heapUsedBytes) {
        if (heapUsedBytes > heapMaxBytes * NEARLY) {
            return critical(
                    "memory",
                    heapUsedBytes / MIB + " of " + heapMaxBytes / MIB
                            + " MiB of the heap are in use after a collection",
                    "raise -Xmx in WELDR_JAVA_OPTS and restart the node; look for very many routes, origins or"
                            + " connections");
        }
        long most = heapMaxBytes + directMaxBytes + OTHER_MEMORY_BYTES;
        return most <= machineBytes
                ? Optional.empty()
                : warning(
                        "memory",
                        "the process may take " + most / MIB + " MiB (heap " + heapMaxBytes / MIB + ", buffers "
                                + directMaxBytes / MIB + ", other " + OTHER_MEMORY_BYTES / MIB
                                + "), and its machine or container has " + machineBytes / MIB
                                + ": the kernel may end it",
                        "give it more memory, or lower -Xmx and -XX:MaxDirectMemorySize in WELDR_JAVA_OPTS");
    }

    /** @param byOperator whether the certificate is that of peer-tls, and not of the secret */
    Optional<Finding> memberCertificate(Instant notAfter, Instant now, boolean byOperator) {
        Duration left = Duration.between(now, notAfter);
        if (left.compareTo(byOperator ? PEER_TLS_SOON : OWN_SOON) >= 0) {
            return Optional.empty();
        }
        String found = "the certificate that it shows other members " + (left.isNegative() ? "expired " : "expires ")
                + notAfter;
        String remedy = byOperator
                ? "put another certificate into the files of peer-tls: the node reads them again within 30 s, or at SIGHUP"
                : "restart the node, which makes another one; look at its clock";
        return left.isNegative()
                ? critical("member-certificate", found, remedy)
                : warning("member-certificate", found, remedy);
    }

    Optional<Finding> insecure(boolean insecure) {
        return insecure
                ? warning(
                        "insecure",
                        "insecure is set: whoever reaches its addresses controls the cluster",
                        "docs/howto/access.md, From insecure to tokens")
                : Optional.empty();
    }

    /** @param problem a line of the checks of virtual IPs */
    Finding virtualIp(String problem) {
        return Finding.critical(
                "virtual-ip",
                self,
                problem,
                "mend that; until then this node cannot hold the addresses: docs/howto/virtual-ip.md");
    }

    /** @param disabled {@code disable_ipv6} of the interface, as the kernel shows it; empty: it does not */
    Optional<Finding> ipv6(String address, String interfaceName, String disabled) {
        return disabled.strip().equals("1")
                ? critical(
                        "virtual-ip",
                        "virtual IP " + address + ": IPv6 is switched off on the interface " + interfaceName,
                        "sysctl -w net.ipv6.conf." + interfaceName.replace('.', '/') + ".disable_ipv6=0")
                : Optional.empty();
    }

    /** @param what could not be looked at */
    Finding unanswered(String what, Duration patience) {
        return Finding.critical(
                "no-answer",
                self,
                "a look at " + what + " took more than " + patience.toMillis() + " ms",
                "see whether the machine hangs: dmesg; cat /proc/pressure/io");
    }

    /** @param what could not be looked at */
    Finding failed(String what, Throwable failure) {
        return Finding.warning(
                "no-answer",
                self,
                "a look at " + what + " failed: " + failure,
                "see the log of the node: journalctl -u weldr");
    }
}
