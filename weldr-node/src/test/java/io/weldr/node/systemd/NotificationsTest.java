package io.weldr.node.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.state.MemberId;
import io.weldr.node.lifecycle.NodeReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the service manager is told, and when. */
class NotificationsTest {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final String EXTENDED = "EXTEND_TIMEOUT_USEC=30000000";

    private final Notifications notifications = new Notifications();
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos(); // the clock may overflow at any time

    @Test
    void isReadyOnceWhenNothingSpeaksAgainstIt() {
        assertThat(look(starting())).containsExactly("STATUS=starting");
        assertThat(look(starting())).isEmpty();
        assertThat(look(unready("the node belongs to no cluster yet"))).contains(EXTENDED);
        assertThat(notifications.running()).isFalse();
        assertThat(look(ready(7))).containsExactly("READY=1", "STATUS=leader, term 7");
        assertThat(notifications.running()).isTrue();
        assertThat(look(ready(7))).isEmpty();

        pass(Notifications.STATUS_GAP);
        assertThat(look(unready("the disk is full")))
                .containsExactly("STATUS=waiting for its cluster; not ready: the disk is full");
        pass(Notifications.STATUS_GAP);
        assertThat(look(ready(7))).as("ready again").containsExactly("STATUS=leader, term 7");
    }

    @Test
    void aStartThatHangsIsNotExtendedAndOneThatWaitsForOthersIs() {
        for (int i = 0; i < 1000; i++) {
            assertThat(look(starting())).doesNotContain(EXTENDED);
        }
        int extensions = 0;
        for (Duration waited = Duration.ZERO; waited.compareTo(Duration.ofHours(1)) < 0; waited = waited.plus(LOOK)) {
            extensions += look(unready("waits for n2")).contains(EXTENDED) ? 1 : 0;
        }
        assertThat(extensions).isEqualTo(3600 / Notifications.EXTENSION_GAP.toSeconds());
        assertThat(look(ready(1))).contains("READY=1").doesNotContain(EXTENDED);
    }

    @Test
    void theStatusIsSentWhenItChangesAndAtMostOnceASecond() {
        look(ready(1));
        List<String> sent = new ArrayList<>();
        for (int term = 2; term <= 42; term++) { // 10 s, and one look
            sent.addAll(look(ready(term)));
        }
        assertThat(sent).hasSize(10).allMatch(line -> line.startsWith("STATUS=leader, term "));
        pass(Duration.ofSeconds(1));
        assertThat(look(ready(42))).as("the latest, when it is due").contains("STATUS=leader, term 42");
        pass(Duration.ofHours(1));
        assertThat(look(ready(42))).isEmpty();
    }

    @Test
    void aStoppingNodeAsksForAsMuchTimeAsItMayTakeAndNoMore() {
        look(ready(1));
        assertThat(lines(notifications.stopping(Duration.ofSeconds(100), nowNanos)))
                .containsExactly("STOPPING=1", EXTENDED, "STATUS=stopping");
        assertThat(notifications.running()).isFalse();

        List<Long> extendedTo = new ArrayList<>(); // seconds after the node began to stop
        for (Duration since = Duration.ZERO; since.compareTo(Duration.ofHours(1)) < 0; since = since.plus(LOOK)) {
            for (String line : look(ready(1))) {
                assertThat(line).isNotEqualTo("READY=1");
                if (line.startsWith("EXTEND_TIMEOUT_USEC=")) {
                    long micros = Long.parseLong(line.substring(line.indexOf('=') + 1));
                    extendedTo.add(since.plus(LOOK).plusNanos(micros * 1000).toSeconds());
                }
            }
        }
        assertThat(extendedTo).isSorted().startsWith(35L, 40L).endsWith(100L);
    }

    @Test
    void aNodeThatIsStoppedBeforeItWasReadyNeverIs() {
        look(starting());
        assertThat(notifications.stopping(Duration.ofSeconds(25), nowNanos))
                .isEqualTo("STOPPING=1\nEXTEND_TIMEOUT_USEC=25000000\nSTATUS=stopping");
        assertThat(look(ready(1))).doesNotContain("READY=1");
    }

    @Test
    void theStatusSaysHowManyConnectionsAreToBeDrained() {
        look(ready(1));
        notifications.stopping(Duration.ofSeconds(30), nowNanos);
        pass(Notifications.STATUS_GAP);
        assertThat(look(new NodeReport(true, List.of("the node is stopping"), status(Role.LEADER, 1, null), 12)))
                .contains("STATUS=stopping, client connections open: 12");
    }

    @Test
    void whateverTheStatusHoldsItIsOneShortLine() {
        String evil = "disk: no\nREADY=1\r\nMAINPID=1\u0000" + "\ud83d\ude00".repeat(5000);
        List<String> lines = look(unready(evil));
        assertThat(lines).hasSize(2).contains(EXTENDED);
        String status = lines.get(1);
        assertThat(status)
                .startsWith("STATUS=waiting for its cluster; not ready: disk: no READY=1 MAINPID=1 ")
                .endsWith("…")
                .hasSizeLessThanOrEqualTo("STATUS=".length() + Notifications.STATUS_CHARS_MAX);
        assertThat(Character.isHighSurrogate(status.charAt(status.length() - 2)))
                .as("half a character at its end")
                .isFalse();
    }

    @Test
    void theStatusSaysWhatTheNodeIsInItsCluster() {
        ClusterStatus follower = status(Role.FOLLOWER, 3, null);
        assertThat(look(new NodeReport(true, List.of(), follower, 0))).contains("STATUS=follower of n2, term 3");
        pass(Notifications.STATUS_GAP);
        ClusterStatus full = status(Role.CLOSED, 3, "no space is left");
        assertThat(look(new NodeReport(true, List.of(), full, 0)))
                .contains("STATUS=consensus is closed; trouble: no space is left");
    }

    /** What is sent a quarter of a second after the last look. */
    private List<String> look(NodeReport node) {
        pass(LOOK);
        return lines(notifications.next(node, nowNanos));
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static List<String> lines(@Nullable String message) {
        return message == null ? List.of() : message.lines().toList();
    }

    private static NodeReport starting() {
        return new NodeReport(false, List.of("the node is starting"), status(Role.CLOSED, 0, null), 0);
    }

    private static NodeReport unready(String why) {
        return new NodeReport(true, List.of(why), status(Role.WAITING, 0, null), 0);
    }

    private static NodeReport ready(long term) {
        return new NodeReport(true, List.of(), status(Role.LEADER, term, null), 0);
    }

    private static ClusterStatus status(Role role, long term, @Nullable String trouble) {
        return new ClusterStatus(
                new MemberId("n1"),
                role,
                term,
                role == Role.FOLLOWER ? new MemberId("n2") : null,
                role == Role.LEADER,
                0,
                0,
                List.of(),
                null,
                trouble);
    }
}
