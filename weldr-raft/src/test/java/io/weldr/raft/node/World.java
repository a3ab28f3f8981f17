package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.node.Step.Action;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode.Group;
import io.weldr.raft.ratis.Seat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Some nodes whose lives are lived without sockets, disks, clocks and threads, and a Raft that is played: a group has
 * voters and a number of committed entries, a log has a length, and whoever has most of the voters behind it leads.
 * What the played Raft must never see is thrown as an {@link AssertionError}: a leader without a committed entry.
 */
final class World {
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();

    final Random random;
    final Map<MemberId, Node> nodes = new TreeMap<>();
    final Map<UUID, RaftGroup> groups = new LinkedHashMap<>();
    private final Map<HostPort, MemberId> places = new HashMap<>();
    private final StringBuilder story = new StringBuilder();
    long nowNanos;
    /** Of a hundred messages. */
    int lost;

    World(long seed) {
        random = new Random(seed);
    }

    /** What happened, for whoever looks into a failure. */
    String story() {
        return story.toString();
    }

    private void tell(String line) {
        story.append(nowNanos / TICK_NANOS).append(' ').append(line).append('\n');
    }

    static HostPort place(int number) {
        return new HostPort("127.0.0.1", 9000 + number);
    }

    static MemberId id(int number) {
        return new MemberId("n" + number);
    }

    /** A node that is to be one of {@code peers} from the beginning; with {@code joins}, one that joins them. */
    Node node(int number, int peers, boolean bootstrap, boolean joins) {
        return node(number, peers, bootstrap, joins, false);
    }

    Node learner(int number, int peers) {
        return node(number, peers, false, true, true);
    }

    private Node node(int number, int peers, boolean bootstrap, boolean joins, boolean learner) {
        Map<MemberId, HostPort> listed = new TreeMap<>();
        for (int peer = 1; peer <= peers; peer++) {
            listed.put(id(peer), place(peer));
        }
        RaftSettings settings = RaftSettings.of(
                id(number), place(number), place(number), joins ? Map.of() : listed, Path.of("unused"), bootstrap);
        Node node = new Node(
                joins ? settings.joining(() -> List.copyOf(listed.values())).withLearner(learner) : settings);
        nodes.put(id(number), node);
        places.put(place(number), id(number));
        return node;
    }

    Node get(MemberId id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    /** What a Raft group is to those who know everything. */
    static final class RaftGroup {
        long term;

        @Nullable RaftId leader;

        final List<Voters> history = new ArrayList<>();
        long committed;
        /** Of the leader's term. */
        final Map<RaftId, Long> acknowledged = new HashMap<>();

        final Set<RaftId> dismissed = new HashSet<>();

        Voters voters() {
            return history.get(history.size() - 1);
        }
    }

    /** The members by the entry at that index of the log: voters and learners. */
    record Voters(long index, List<Seat> seats) {
        boolean has(RaftId id) {
            return seats.stream().anyMatch(seat -> seat.id().equals(id));
        }

        List<Seat> voting() {
            return seats.stream().filter(seat -> !seat.learner()).toList();
        }

        @Nullable Seat seat(MemberId member) {
            return seats.stream()
                    .filter(seat -> seat.id().member().equals(member))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** A node: its disk, and its process while there is one. */
    final class Node implements Responder.Host {
        final RaftSettings settings;
        final LifeCycle cycle;
        Identity identity;
        /** Length of the log of each group on the disk. */
        final Map<UUID, Long> logs = new HashMap<>();

        boolean damaged;
        boolean up;
        boolean left;
        Life life;
        Responder responder;

        @Nullable Group open;

        int openings;
        long heardNanos;
        private @Nullable Step pending;

        Node(RaftSettings settings) {
            this.settings = settings;
            this.cycle = new LifeCycle(settings);
            this.identity = empty();
            this.life = Life.of(identity);
            this.responder = new Responder(settings, () -> identity, this);
        }

        private Identity empty() {
            String incarnation = new UUID(random.nextLong(), random.nextLong()).toString();
            return new Identity(
                    RaftId.of(settings.self(), incarnation),
                    incarnation,
                    Standing.EMPTY,
                    null,
                    false,
                    new TreeSet<>(),
                    new TreeMap<>());
        }

        RaftId raftId() {
            return identity.raftId();
        }

        void start() {
            if (up) {
                return;
            }
            tell(settings.self() + " starts");
            up = true;
            left = false;
            pending = null;
            heardNanos = nowNanos;
            life = Life.of(identity);
            responder = new Responder(settings, () -> identity, this);
            left = life.removal() != null;
            openLog();
            if (!left && life.stage() != Life.Stage.BROKEN) {
                liveAll(LifeCycle.atStart(life, situation()));
            }
        }

        private void openLog() {
            open = null;
            UUID group = identity.group();
            if (left || group == null) {
                openings++;
                return;
            }
            if (identity.standing() == Standing.MEMBER && !logs.containsKey(group)) {
                joinAnew();
                openings++;
            } else if (damaged) {
                life = LifeCycle.damaged(life, "damaged, says the test", false);
            } else if (group != null) {
                Group known = cycle.group(identity);
                if (logs.containsKey(group)) {
                    open = known;
                }
                openings++;
            }
        }

        private void joinAnew() {
            UUID group = identity.group();
            String incarnation = new UUID(random.nextLong(), random.nextLong()).toString();
            Map<RaftId, HostPort> known = new TreeMap<>(identity.voters());
            RaftGroup there = groups.get(group);
            if (there != null && !there.history.isEmpty()) {
                there.voters().seats().forEach(seat -> known.put(seat.id(), seat.address()));
            }
            identity = new Identity(
                    RaftId.of(settings.self(), incarnation),
                    incarnation,
                    Standing.JOINING,
                    group,
                    identity.standing() != Standing.JOINING || identity.again(),
                    new TreeSet<>(),
                    new TreeMap<>(known));
            life = life.become(identity);
        }

        void crash() {
            if (up) {
                tell(settings.self() + " crashes");
                up = false;
                open = null;
                pending = null;
            }
        }

        /** The disk is replaced by an empty one. */
        void wipe() {
            crash();
            tell(settings.self() + " is wiped");
            identity = empty();
            logs.clear();
            damaged = false;
            left = false;
        }

        /** The log is removed, and the rest of the folder stays. */
        void loseLog() {
            crash();
            tell(settings.self() + " loses its log");
            logs.clear();
        }

        void damage() {
            crash();
            tell(settings.self() + " has a damaged log");
            damaged = !logs.isEmpty();
        }

        boolean member() {
            return up && !left && life.stage() == Life.Stage.MEMBER;
        }

        @Nullable RaftGroup group() {
            return open == null ? null : groups.get(open.id());
        }

        long length() {
            return open == null ? 0 : logs.getOrDefault(open.id(), 0L);
        }

        /** The voters by its own log. */
        @Nullable Voters voters() {
            RaftGroup group = group();
            Group known = open;
            if (group == null || known == null) {
                return null;
            }
            Voters latest = null;
            for (Voters voters : group.history) {
                if (voters.index() <= length()) {
                    latest = voters;
                }
            }
            if (latest != null) {
                return latest;
            }
            List<Seat> first = new ArrayList<>();
            known.voters().forEach((id, address) -> first.add(new Seat(id, address, 0)));
            return new Voters(-1, first);
        }

        @Override
        public @Nullable NodeView view() {
            RaftGroup group = group();
            Voters voters = voters();
            if (!up || group == null || voters == null) {
                return null;
            }
            RaftId leader = hears(group) ? group.leader : null;
            return new NodeView(
                    raftId(),
                    raftId().equals(leader) ? NodeView.Role.LEADER : NodeView.Role.FOLLOWER,
                    true,
                    raftId().equals(leader),
                    group.term,
                    leader,
                    length(),
                    length(),
                    group.term,
                    1000,
                    0,
                    Map.of(),
                    leader == null ? Map.of() : Map.of(leader, group.committed),
                    voters.seats(),
                    Set.of(),
                    voters.index());
        }

        private boolean hears(RaftGroup group) {
            return group.leader != null && nowNanos - heardNanos < 10 * TICK_NANOS;
        }

        @Override
        public @Nullable Long acknowledged(RaftId follower) {
            RaftGroup group = group();
            return group == null ? null : group.acknowledged.get(follower);
        }

        @Override
        public @Nullable RaftId gone() {
            return null;
        }

        @Override
        public @Nullable LastEntry last() {
            RaftGroup group = group();
            return group == null || length() == 0 ? null : new LastEntry(Math.max(1, group.term), length());
        }

        @Override
        public boolean leading() {
            RaftGroup group = group();
            return group != null && raftId().equals(group.leader) && majorityUp(group.voters(), group, length());
        }

        @Override
        public boolean behind() {
            return false;
        }

        @Override
        public boolean ready() {
            return member();
        }

        @Override
        public String takeIn(RaftId newcomer, HostPort address, boolean again) {
            RaftGroup group = group();
            if (group == null || !leading()) {
                return "this node does not lead any more";
            }
            Seat seat = group.voters().seat(newcomer.member());
            if (seat != null && seat.id().equals(newcomer)) {
                return "";
            }
            if (again && seat == null) {
                return "it was removed while it was without its log";
            }
            if (group.dismissed.contains(newcomer)) {
                return "it was removed from this cluster";
            }
            Node joining = nodes.get(newcomer.member());
            if (joining == null || !joining.up || joining.group() != group) {
                return "it does not wait";
            }
            List<Seat> after = new ArrayList<>(group.voters().seats());
            after.removeIf(other -> other.id().member().equals(newcomer.member()));
            boolean learner = seat != null ? seat.learner() : joining.settings.learner();
            after.add(new Seat(newcomer, address, 0, learner));
            change(group, after);
            return "";
        }

        private Situation situation() {
            Set<HostPort> members = new HashSet<>(settings.peers().values());
            Voters voters = voters();
            if (voters != null) {
                voters.seats().forEach(seat -> members.add(seat.address()));
            }
            members.remove(settings.advertised());
            return new Situation(
                    nowNanos,
                    up && life.stage() != Life.Stage.BROKEN ? openings : 0,
                    view(),
                    last(),
                    voters == null ? -1 : voters.index(),
                    identity.voters(),
                    members,
                    heardNanos,
                    null,
                    responder.invitation(),
                    responder.farewell());
        }

        /** A step, or a part of one: others may go on between a question and what comes of its answers. */
        void tick() {
            if (!up || left) {
                return;
            }
            Step now = pending != null ? pending : cycle.step(life, situation());
            pending = null;
            if (!(now instanceof Step.Done)) {
                now = goOn(now);
                if (!(now instanceof Step.Done) && random.nextInt(3) == 0) {
                    pending = now;
                    return;
                }
            }
            liveAll(now);
        }

        private void liveAll(Step first) {
            Step now = first;
            while (!(now instanceof Step.Done)) {
                now = goOn(now);
            }
            end((Step.Done) now);
        }

        private Step goOn(Step now) {
            if (now instanceof Step.Ask ask) {
                return ask.then().apply(ask(ask.whom(), ask.wish()));
            }
            if (now instanceof Step.Find find) {
                RaftSettings.Contacts contacts = settings.contacts();
                try {
                    return find.then()
                            .apply(new Step.Found(contacts == null ? List.of() : contacts.raftAddresses(), null));
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            }
            if (now instanceof Step.Knock knock) {
                Node there = at(knock.whom());
                return knock.then().apply(there != null && there.up);
            }
            if (now instanceof Step.Look look) {
                return look.then().apply(situation());
            }
            throw new AssertionError(now);
        }

        private Map<HostPort, HelloAnswer> ask(Collection<HostPort> whom, Wish wish) {
            Map<HostPort, HelloAnswer> answers = new LinkedHashMap<>();
            for (String address :
                    new TreeSet<>(whom.stream().map(HostPort::toString).toList())) {
                HostPort to = HostPort.parse(address);
                HelloAnswer answer = to.equals(settings.advertised()) ? null : say(to, wish);
                if (answer != null) {
                    answers.put(to, answer);
                }
            }
            return answers;
        }

        private @Nullable HelloAnswer say(HostPort to, Wish wish) {
            Node there = at(to);
            if (there == null || !there.up || there.left || random.nextInt(100) < lost) {
                return null;
            }
            Hello question = new Hello(raftId(), settings.advertised(), identity.group(), false, wish);
            HelloAnswer answer = HelloAnswer.decode(there.responder.answer(question.encode(), null));
            return random.nextInt(100) < lost ? null : answer;
        }

        private void end(Step.Done done) {
            if (!done.life().identity().equals(identity)) {
                tell(settings.self() + " becomes " + done.life().identity());
                identity = done.life().identity();
            }
            life = done.life();
            for (Action action : done.actions()) {
                act(action);
            }
            if (life.removal() != null) {
                tell(settings.self() + " leaves");
                left = true;
                open = null;
            }
        }

        private void act(Action action) {
            if (action instanceof Action.Open opening) {
                UUID group = opening.group().id();
                groups.computeIfAbsent(group, any -> new RaftGroup());
                logs.putIfAbsent(group, 0L);
                open = opening.group();
            } else if (action instanceof Action.Restart) {
                open = null;
                openings++;
            } else if (action instanceof Action.SetAside) {
                tell(settings.self() + " sets its log aside");
                logs.clear();
                damaged = false;
                joinAnew();
                openings++;
            }
        }
    }

    private @Nullable Node at(HostPort address) {
        MemberId id = places.get(address);
        return id == null ? null : nodes.get(id);
    }

    // The played Raft.

    /** A node whose log of that group is open, under that name. */
    private @Nullable Node live(RaftId id, RaftGroup group) {
        Node node = nodes.get(id.member());
        return node != null && node.up && node.raftId().equals(id) && node.group() == group ? node : null;
    }

    /** Whether most of them could elect, or acknowledge to, a node with a log of that length. */
    private boolean majorityUp(Voters voters, RaftGroup group, long length) {
        long willing = voters.voting().stream()
                .map(seat -> live(seat.id(), group))
                .filter(node -> node != null && node.length() <= length && votes(node))
                .count();
        return 2 * willing > voters.voting().size();
    }

    private static boolean votes(Node node) {
        Voters own = node.voters();
        return own != null && own.voting().stream().anyMatch(seat -> seat.id().equals(node.raftId()));
    }

    void raft() {
        groups.values().forEach(this::elect);
        groups.values().forEach(this::replicate);
        long leading = groups.values().stream()
                .filter(group -> group.leader != null && live(group.leader, group) != null)
                .filter(group -> majorityUp(group.voters(), group, Long.MAX_VALUE))
                .count();
        if (leading > 1) {
            throw new AssertionError("two clusters of the same nodes are led");
        }
    }

    private void elect(RaftGroup group) {
        Node leader = group.leader == null ? null : live(group.leader, group);
        if (leader != null && majorityUp(group.voters(), group, Long.MAX_VALUE)) {
            return;
        }
        group.leader = null;
        List<Node> candidates = nodes.values().stream()
                .filter(node -> node.up && node.group() == group && votes(node))
                .filter(node -> {
                    Voters own = node.voters();
                    return own != null && majorityUp(own, group, node.length());
                })
                .toList();
        if (candidates.isEmpty()) {
            return;
        }
        Node elected = candidates.get(random.nextInt(candidates.size()));
        if (elected.length() < group.committed) {
            throw new AssertionError(elected.raftId() + " is elected without entry " + group.committed);
        }
        group.term++;
        group.leader = elected.raftId();
        group.acknowledged.clear();
        tell(elected.raftId() + " leads term " + group.term);
        if (group.history.isEmpty()) {
            Voters first = elected.voters();
            if (first != null) {
                append(group, elected);
                group.history.add(new Voters(group.committed, first.seats()));
            }
        }
    }

    private void append(RaftGroup group, Node leader) {
        UUID id = groupId(group);
        group.committed++;
        leader.logs.put(id, group.committed);
    }

    private UUID groupId(RaftGroup group) {
        return groups.entrySet().stream()
                .filter(entry -> entry.getValue() == group)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** The leader sends what it has to whoever hears it; what it appends is acknowledged by most of the voters. */
    private void replicate(RaftGroup group) {
        Node leader = group.leader == null ? null : live(group.leader, group);
        if (leader == null || !majorityUp(group.voters(), group, Long.MAX_VALUE)) {
            return;
        }
        if (random.nextInt(4) == 0) {
            append(group, leader);
        }
        UUID id = groupId(group);
        Voters voters = group.voters();
        long reached = 0;
        List<Node> members = new ArrayList<>(nodes.values());
        java.util.Collections.shuffle(members, random);
        for (Node node : members) {
            if (!node.up || node.group() != group || !voters.has(node.raftId())) {
                continue;
            }
            node.heardNanos = nowNanos;
            boolean voter = voters.voting().stream().anyMatch(seat -> seat.id().equals(node.raftId()));
            boolean needed = voter && 2 * reached <= voters.voting().size();
            if (needed || random.nextBoolean() || node == leader) {
                node.logs.put(id, leader.length());
                reached += voter ? 1 : 0;
                group.acknowledged.put(node.raftId(), leader.length());
            }
        }
    }

    /** Changes the voters, if most of those that there will be can acknowledge it. */
    private boolean change(RaftGroup group, List<Seat> after) {
        Node leader = group.leader == null ? null : live(group.leader, group);
        List<Seat> voting = after.stream().filter(seat -> !seat.learner()).toList();
        long willing =
                voting.stream().filter(seat -> live(seat.id(), group) != null).count();
        if (leader == null || 2 * willing <= voting.size()) {
            return false;
        }
        UUID id = groupId(group);
        append(group, leader);
        group.history.add(new Voters(group.committed, List.copyOf(after)));
        after.forEach(seat -> {
            Node node = live(seat.id(), group);
            if (node != null) {
                node.logs.put(id, group.committed);
                node.heardNanos = nowNanos;
            }
        });
        tell("voters " + after.stream().map(Seat::id).toList());
        return true;
    }

    /** An operator takes a member out; its farewell may get lost. */
    void remove(MemberId member) {
        for (RaftGroup group : groups.values()) {
            Node leader = group.leader == null ? null : live(group.leader, group);
            Seat seat = group.history.isEmpty() ? null : group.voters().seat(member);
            if (leader == null || !leader.leading() || seat == null) {
                continue;
            }
            if (seat.id().equals(group.leader)) {
                handOver(group, leader);
                continue; // whoever leads then is asked for it
            }
            List<Seat> after = new ArrayList<>(group.voters().seats());
            after.remove(seat);
            if (after.size() < 2 || !change(group, after)) {
                continue;
            }
            tell(member + " is removed");
            group.dismissed.add(seat.id());
            leader.say(seat.address(), new Wish.Farewell(seat.id(), groupId(group), null));
        }
    }

    private void handOver(RaftGroup group, Node leader) {
        group.voters().voting().stream()
                .map(seat -> live(seat.id(), group))
                .filter(heir -> heir != null && heir != leader && heir.length() == leader.length())
                .findFirst()
                .ifPresent(heir -> {
                    group.term++;
                    group.leader = heir.raftId();
                    group.acknowledged.clear();
                });
    }

    /** A tenth of a second: every node steps, in any order, and Raft goes on. */
    void tick() {
        nowNanos += TICK_NANOS;
        List<Node> all = new ArrayList<>(nodes.values());
        java.util.Collections.shuffle(all, random);
        for (Node node : all) {
            node.tick();
            if (random.nextInt(2) == 0) {
                raft();
            }
        }
        raft();
    }

    /** How all stand, for people. */
    @Override
    public String toString() {
        return nodes.values().stream()
                .map(node -> node.identity.raftId()
                        + (node.up ? node.left ? " left" : " " + node.life.stage() : " down")
                        + (node.life.waitingFor() == null ? "" : ", waits for " + node.life.waitingFor()))
                .collect(Collectors.joining("\n"));
    }
}
