package io.weldr.cli;

import io.weldr.cli.RollingView.Node;
import io.weldr.cli.RollingView.RunningProcess;
import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Members that need some seconds of a simulated clock to restart. Confined to the thread of the test. */
final class SimulatedCluster implements RollingTarget {
    static final Instant START = Instant.parse("2030-01-31T10:00:00Z");

    /** How long a process takes to stop, and its successor to be ready. */
    private static final Duration STEP = Duration.ofSeconds(4);

    private static final long COMMIT_INDEX = 5000;

    private static final class Member {
        private final boolean witness;
        private Instant beganAt = START.minusSeconds(3600);
        private String version = "1.0";
        private @Nullable String serviceManager = "systemd";
        private List<String> unready = List.of();
        private String trouble = "";
        private long applied = COMMIT_INDEX;
        private @Nullable Instant downAt; // when the process that stops has ended
        private @Nullable Instant backAt; // when its successor is ready
        private boolean missing;

        private Member(boolean witness) {
            this.witness = witness;
        }
    }

    private final Map<String, Member> members = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<String> staysDown = new HashSet<>();
    private @Nullable String leader;
    private String installed = "1.0";
    private Instant now = START;
    private boolean leadershipComesBack;
    private boolean originUp = true;
    private @Nullable CliException refusal;
    private String change = "";

    /** @param ids a witness has a name that begins with w; the last one leads */
    SimulatedCluster(String... ids) {
        for (String id : ids) {
            members.put(id, new Member(id.startsWith("w")));
            leader = id;
        }
    }

    /** What was asked for, in order. */
    List<String> calls() {
        return calls;
    }

    Instant now() {
        return now;
    }

    void installs(String version) {
        installed = version;
    }

    /** The process of that member is not started again. */
    void staysDown(String id) {
        staysDown.add(id);
    }

    /** Somebody has started that member by hand. */
    void isStarted(String id) {
        staysDown.remove(id);
        member(id).backAt = now;
    }

    void serviceManager(String id, @Nullable String manager) {
        member(id).serviceManager = manager;
    }

    void unready(String id, String... reasons) {
        member(id).unready = List.of(reasons);
    }

    void trouble(String id, String text) {
        member(id).trouble = text;
    }

    void applied(String id, long index) {
        member(id).applied = index;
    }

    void missing(String id, boolean isMissing) {
        member(id).missing = isMissing;
    }

    void noLeader() {
        leader = null;
    }

    void leadershipComesBack() {
        leadershipComesBack = true;
    }

    void originUp(boolean up) {
        originUp = up;
    }

    void refuse(@Nullable CliException with) {
        refusal = with;
    }

    void change(String text) {
        change = text;
    }

    private Member member(String id) {
        return java.util.Objects.requireNonNull(members.get(id), id);
    }

    private void settle() {
        members.forEach((id, member) -> {
            Instant back = member.backAt;
            if (back != null && !back.isAfter(now) && !staysDown.contains(id)) {
                member.beganAt = back;
                member.version = installed;
                member.downAt = null;
                member.backAt = null;
                member.unready = List.of();
            }
        });
    }

    @Override
    public RollingView look() {
        settle();
        List<Node> nodes = new ArrayList<>();
        members.forEach((id, member) -> nodes.add(node(id, member)));
        return new RollingView(nodes, leader, change, COMMIT_INDEX);
    }

    private Node node(String id, Member member) {
        Instant down = member.downAt;
        boolean answers = !member.missing && (down == null || down.isAfter(now));
        RunningProcess process = new RunningProcess(
                member.beganAt,
                member.beganAt,
                member.version,
                member.serviceManager,
                Duration.ofSeconds(25),
                member.unready,
                down != null);
        long others = members.values().stream()
                .filter(other -> other != member && other.downAt == null && !other.missing)
                .count();
        boolean mayStop = others >= members.size() / 2 + 1;
        return new Node(
                id,
                answers,
                true,
                member.witness,
                answers ? process : null,
                member.trouble,
                member.applied,
                member.witness ? -1 : 7,
                mayStop,
                others + " others");
    }

    @Override
    public RollingOrigins origins() {
        return RollingOrigins.of(
                Map.of(
                        "web",
                        List.of(Origin.newBuilder()
                                .setId("a:80")
                                .setAdmin(AdminState.ADMIN_STATE_ENABLED)
                                .setUp(originUp)
                                .setReason("connection refused")
                                .build())),
                7);
    }

    @Override
    public void restart(Node node) {
        CliException no = refusal;
        if (no != null) {
            throw no;
        }
        calls.add("restart " + node.id());
        Member member = member(node.id());
        member.downAt = now.plus(STEP);
        member.backAt = now.plus(STEP.multipliedBy(2));
    }

    @Override
    public void transferLeadership(String to) {
        calls.add("transfer " + to);
        leader = leadershipComesBack ? leader : to;
    }

    @Override
    public long nanos() {
        return Duration.between(START, now).toNanos();
    }

    @Override
    public void pause(Duration time) {
        now = now.plus(time);
    }
}
