package io.weldr.node.systemd;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.state.MemberId;
import io.weldr.node.lifecycle.NodeReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which messages a node sends to its service manager, and when: sd_notify(3). Without I/O; the caller brings the time
 * and the reports of the node. Not thread safe.
 */
final class Notifications {
    /**
     * {@code systemctl status} shows one line. Far below {@link NotifySocket#MESSAGE_BYTES_MAX}, whatever the
     * characters are.
     */
    static final int STATUS_CHARS_MAX = 500;

    /** The status of a busy cluster changes often, and each message wakes the service manager. */
    static final Duration STATUS_GAP = Duration.ofSeconds(1);

    /**
     * How long the service manager waits for the next extension. If the node hangs, it sends none, and is ended after
     * this time.
     */
    static final Duration EXTENSION = Duration.ofSeconds(30);

    /** Several extensions in a row have to be late before the service manager gives up. */
    static final Duration EXTENSION_GAP = Duration.ofSeconds(5);

    private enum Phase {
        STARTING,
        READY,
        STOPPING
    }

    private Phase phase = Phase.STARTING;
    private String status = ""; // the latest that was sent
    private long statusNanos;
    private boolean extended;
    private long extendedNanos;
    private long stoppedByNanos; // of STOPPING

    /** Whether {@code READY=1} was said and {@code STOPPING=1} was not. */
    boolean running() {
        return phase == Phase.READY;
    }

    /**
     * The node stops from now on. Says so with the next message.
     *
     * @param atMost how long that may take; the service manager is not asked for more
     * @return the message
     */
    String stopping(Duration atMost, long nowNanos) {
        phase = Phase.STOPPING;
        stoppedByNanos = nowNanos + atMost.toNanos();
        extended = false;
        statusNanos = nowNanos - STATUS_GAP.toNanos();
        String rest = next(null, nowNanos);
        return rest == null ? "STOPPING=1" : "STOPPING=1\n" + rest;
    }

    /**
     * What to send now: assignments, one a line.
     *
     * @param node null as long as there is nothing to report
     * @return null if there is nothing to say
     */
    @Nullable String next(@Nullable NodeReport node, long nowNanos) {
        List<String> lines = new ArrayList<>();
        boolean turnsReady = phase == Phase.STARTING
                && node != null
                && node.started()
                && node.unready().isEmpty();
        if (turnsReady) {
            phase = Phase.READY;
            lines.add("READY=1");
        }
        long extension = extensionNanos(node, nowNanos);
        if (extension > 0 && (!extended || nowNanos - extendedNanos >= EXTENSION_GAP.toNanos())) {
            extended = true;
            extendedNanos = nowNanos;
            lines.add("EXTEND_TIMEOUT_USEC=" + extension / 1000);
        }
        String now = status(node);
        boolean due = status.isEmpty() || nowNanos - statusNanos >= STATUS_GAP.toNanos();
        if (!now.equals(status) && (turnsReady || due)) {
            status = now;
            statusNanos = nowNanos;
            lines.add("STATUS=" + now);
        }
        return lines.isEmpty() ? null : String.join("\n", lines);
    }

    /**
     * How much longer the service manager has to wait, from now. While the node starts its own parts, the timeout of
     * the unit holds, so that a start that hangs is ended. After that the node waits for other members, however long
     * these take.
     */
    private long extensionNanos(@Nullable NodeReport node, long nowNanos) {
        return switch (phase) {
            case STARTING -> node != null && node.started() ? EXTENSION.toNanos() : 0;
            case READY -> 0;
            case STOPPING -> Math.min(EXTENSION.toNanos(), stoppedByNanos - nowNanos);
        };
    }

    private String status(@Nullable NodeReport node) {
        String text = switch (phase) {
            case STARTING -> node == null || !node.started() ? "starting" : describe(node);
            case READY -> node == null ? status : describe(node);
            case STOPPING -> node == null ? "stopping" : "stopping, client connections open: " + node.connectionsOpen();
        };
        return oneLine(text);
    }

    private static String describe(NodeReport node) {
        String role = role(node.status());
        String trouble = node.status().trouble();
        if (!node.unready().isEmpty()) {
            return role + "; not ready: " + String.join("; ", node.unready());
        }
        return trouble == null ? role : role + "; trouble: " + trouble;
    }

    private static String role(ClusterStatus status) {
        MemberId leader = status.leader();
        return switch (status.role()) {
            case WAITING -> "waiting for its cluster";
            case FOLLOWER -> following("follower", leader) + ", term " + status.term();
            case LEARNER -> following("learner", leader) + ", term " + status.term();
            case CANDIDATE -> "candidate, term " + status.term();
            case LEADER -> (status.acting() ? "leader, term " : "elected leader, does not act, term ") + status.term();
            case CLOSED -> "consensus is closed";
            case REMOVED -> "removed from its cluster";
        };
    }

    private static String following(String role, @Nullable MemberId leader) {
        return role + (leader == null ? ", knows of no leader" : " of " + leader);
    }

    /** A line break in the text, of an exception or another member, would begin another assignment. */
    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        if (line.length() <= STATUS_CHARS_MAX) {
            return line;
        }
        int end = STATUS_CHARS_MAX - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
