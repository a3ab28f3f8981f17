package io.weldr.raft.form;

import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.form.Hello.Wish;
import io.weldr.raft.form.Identity.Standing;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode.Group;
import io.weldr.raft.ratis.RatisNode.LastEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a node from an empty folder to membership. {@link #step} is called by one thread, again and again until it
 * says that it is done; {@link #answer} by any. Each step writes down what it has decided before it acts on it, and
 * does the right thing when it is repeated after a crash.
 */
public final class Formation {
    private static final Logger LOG = LoggerFactory.getLogger(Formation.class);

    /**
     * How long no member may have answered before a node with {@code --bootstrap} forms a cluster without those that
     * are silent: for good, should there be an older one. One or two questions are easily missed, by a virtual machine
     * that has just begun, or by members that were started together with this node, as after a power cut; twenty rounds
     * are not.
     */
    private static final Duration ALONE_AFTER = Duration.ofSeconds(10);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final Greeter greeter;
    private final RemovalWatch removals;
    private final Host host;
    private volatile @Nullable String waitingFor;
    private volatile Wish.@Nullable Invitation invitation;
    /** Members, as the latest answers told. Confined to the thread that steps. */
    private Set<HostPort> known = Set.of();
    /** Since when no member has answered while it was to form a cluster alone. Confined to the thread that steps. */
    private @Nullable Long unansweredSinceNanos;

    /** What formation needs of the node. */
    public interface Host {
        /** Opens that group's log. Does nothing if it is open. */
        void open(Group group) throws IOException;

        /** How consensus stands, or null while there is no group. */
        @Nullable NodeView view();

        /**
         * The last log index that this leader has seen that node acknowledge in its term; null: none, or it does not
         * lead.
         */
        @Nullable Long acknowledged(RaftId follower);

        /** The leader that this node follows and believes to be gone; null if it does not. */
        @Nullable RaftId gone();

        /** The last entry of this node's log; null if it has none. */
        @Nullable LastEntry last();

        /** Whether this node acts as leader. */
        boolean leading();

        /** Whether this node hears its leader and does not keep up with it. */
        boolean behind();

        /** Whether this node serves clients, and nothing speaks against sending it more of them. */
        boolean ready();

        /**
         * Takes a node in as a voter, some time soon, if this node leads.
         *
         * @param again only in the place of its former self
         * @return why not, for people; empty if it is under way or one already
         */
        String takeIn(RaftId id, HostPort address, boolean again);
    }

    public Formation(RaftSettings settings, DataFolder folder, Greeter greeter, RemovalWatch removals, Host host) {
        this.settings = settings;
        this.folder = folder;
        this.greeter = greeter;
        this.removals = removals;
        this.host = host;
    }

    /** The group to start with; null while there is none. */
    public @Nullable Group group() {
        Identity identity = folder.identity();
        UUID id = identity.group();
        if (id == null) {
            return null;
        }
        // Voters only as long as the log does not tell them. An empty list can neither vote nor stand.
        return new Group(id, identity.standing() == Standing.FORMING ? identity.voters() : Map.of());
    }

    /** What this node waits for, for people; null once it is a member. */
    public @Nullable String waitingFor() {
        return waitingFor;
    }

    /**
     * Answers another node's {@link Hello}.
     *
     * @param caller whose certificate the connection has; null: it may be anybody
     * @throws IllegalArgumentException it makes no sense, or is in the name of another
     */
    public byte[] answer(byte[] question, @Nullable MemberId caller) {
        Hello hello = Hello.decode(question);
        Check.that(
                caller == null || caller.equals(hello.id().member()),
                "name of the node that asks",
                hello.id().member(),
                caller + ", as in its certificate");
        Identity identity = folder.identity();
        NodeView view = host.view();
        boolean leading = host.leading();
        String note = note(hello, identity, leading);
        Map<RaftId, HostPort> voters = new TreeMap<>();
        if (view != null) {
            view.voters().forEach(seat -> voters.put(seat.id(), seat.address()));
        }
        return new HelloAnswer(
                        identity.raftId(),
                        identity.incarnation(),
                        identity.standing(),
                        identity.group(),
                        identity.founders(),
                        settings.peers(),
                        identity.founders().isEmpty() ? Map.of() : identity.voters(),
                        settings.witness(),
                        settings.electionTimeoutMin().toMillis(),
                        view != null && view.running(),
                        leading,
                        note,
                        voters,
                        view == null ? -1 : view.configurationIndex(),
                        view != null && view.settled(),
                        view == null ? 0 : view.term(),
                        leading ? host.acknowledged(hello.id()) : null,
                        host.gone(),
                        host.last(),
                        settings.bootstrap(),
                        host.behind(),
                        host.ready(),
                        ClusterVersion.SUPPORTED)
                .encode();
    }

    private String note(Hello hello, Identity identity, boolean leading) {
        if (hello.wish() instanceof Wish.Join join && leading) {
            if (hello.group() != null && !hello.group().equals(identity.group())) {
                return "this is cluster " + identity.group() + " (expected: " + hello.group() + ")";
            }
            return host.takeIn(hello.id(), hello.address(), join.again());
        }
        if (hello.wish() instanceof Wish.Invitation wish) {
            if (!wish.to().equals(identity.raftId()) || settings.contacts() == null) {
                return "node " + identity.raftId() + " was not started to join a cluster";
            }
            invitation = wish;
        }
        if (hello.wish() instanceof Wish.Farewell farewell) {
            return removals.farewell(farewell);
        }
        return "";
    }

    /**
     * One step.
     *
     * @return whether this node is a member now, so that no further step is needed
     */
    public boolean step() throws IOException {
        Identity identity = folder.identity();
        switch (identity.standing()) {
            case EMPTY -> whileEmpty(identity);
            case FORMING -> whileForming(identity);
            case JOINING -> whileJoining(identity);
            case MEMBER, REMOVED -> waitingFor = null;
        }
        Standing now = folder.identity().standing();
        return now == Standing.MEMBER || now == Standing.REMOVED;
    }

    private void whileEmpty(Identity identity) throws IOException {
        if (settings.contacts() != null) {
            findCluster(identity, settings.contacts());
            return;
        }
        if (settings.peers().size() <= 1) {
            formAlone(identity);
            return;
        }
        long askedNanos = System.nanoTime();
        Map<MemberId, HelloAnswer> answers = askPeers();
        for (HelloAnswer answer : answers.values()) {
            UUID group = answer.group();
            if (answer.standing() == Standing.MEMBER && group != null) {
                if (answer.founders().contains(identity.incarnation())) {
                    if (!answer.peers().equals(settings.peers())) {
                        unansweredSinceNanos = null;
                        waitFor(otherPeers(answer));
                        return;
                    }
                    form(identity, new TreeSet<>(answer.founders()), new TreeMap<>(answer.firstVoters()));
                } else {
                    join(identity, group, answer);
                }
                return;
            }
        }
        for (HelloAnswer answer : answers.values()) {
            boolean first = !settings.bootstrap() || answer.id().member().compareTo(settings.self()) < 0;
            if (answer.bootstrap() && answer.standing() == Standing.EMPTY && first) {
                // It is about to form a cluster without this node: with this one, the others would form a second.
                waitFor("node " + answer.id().member() + ", which was told to form the cluster (--bootstrap)");
                return;
            }
        }
        SortedSet<String> silent = settings.peers().keySet().stream()
                .filter(peer -> !peer.equals(settings.self()) && !answers.containsKey(peer))
                .map(MemberId::value)
                .collect(Collectors.toCollection(TreeSet::new));
        if (settings.bootstrap()) {
            whileToldToForm(identity, answers, silent, askedNanos);
            return;
        }
        if (!silent.isEmpty()) {
            waitFor("an answer from " + silent + ": all peers, or a member, have to answer before a cluster is formed");
            return;
        }
        for (HelloAnswer answer : answers.values()) {
            if (!answer.peers().equals(settings.peers())) {
                waitFor(otherPeers(answer));
                return;
            }
            if (answer.standing() != Standing.EMPTY) {
                waitFor("a member of the cluster that node " + answer.id().member() + " waits for as well");
                return;
            }
        }
        SortedSet<String> incarnations =
                answers.values().stream().map(HelloAnswer::incarnation).collect(Collectors.toCollection(TreeSet::new));
        incarnations.add(identity.incarnation());
        SortedMap<RaftId, HostPort> voters = new TreeMap<>();
        voters.put(identity.raftId(), settings.advertised());
        answers.forEach((peer, answer) -> {
            HostPort address = settings.peers().get(peer);
            if (address != null) {
                voters.put(answer.id(), address);
            }
        });
        form(identity, incarnations, voters);
    }

    /**
     * No peer that answers is a member. They are taken in one by one, when they ask: they have no data to lose, and get
     * ours. A setting that was left on after the first start does no harm while members can be reached.
     */
    private void whileToldToForm(
            Identity identity, Map<MemberId, HelloAnswer> answers, SortedSet<String> silent, long askedNanos)
            throws IOException {
        if (silent.isEmpty() && answers.values().stream().allMatch(answer -> answer.standing() == Standing.EMPTY)) {
            formAlone(identity); // nobody is left who could know of an older one
            return;
        }
        Long since = unansweredSinceNanos;
        if (since == null) {
            since = askedNanos;
            unansweredSinceNanos = since;
        }
        if (System.nanoTime() - since < ALONE_AFTER.toNanos()) {
            waitFor("an answer of a member, one of " + settings.peers().keySet() + ": if there is none for "
                    + ALONE_AFTER.toSeconds() + " s this node forms the cluster without them (--bootstrap)");
            return;
        }
        for (String peer : silent) {
            HostPort address = settings.peers().get(new MemberId(peer));
            if (address != null && greeter.listens(address)) {
                waitFor(
                        "an answer from " + peer + ": something at " + address
                                + " takes connections and does not speak. If that is no member, stop it, or leave it out of the list of peers");
                return;
            }
        }
        formAlone(identity);
    }

    /** A node that was started to join never forms a cluster of its own. */
    private void findCluster(Identity identity, RaftSettings.Contacts contacts) throws IOException {
        Wish.Invitation wish = invitation;
        if (wish != null) {
            LOG.info("Invited to cluster {} by its leader", wish.group());
            folder.become(identity.joining(wish.group(), wish.voters()));
            return;
        }
        Collection<HostPort> members = members(contacts);
        for (HelloAnswer answer : greeter.askAll(members, new Wish.Nothing()).values()) {
            UUID group = answer.group();
            if (answer.standing() == Standing.MEMBER && group != null) {
                join(identity, group, answer);
                return;
            }
        }
        if (!members.isEmpty()) {
            waitFor("an answer of a member at its raft address, one of " + members);
        }
    }

    private Collection<HostPort> members(RaftSettings.Contacts contacts) {
        try {
            Collection<HostPort> members = contacts.raftAddresses();
            if (members.isEmpty()) {
                waitFor("an invitation: have a member take this node in, at " + settings.advertised());
            }
            return members;
        } catch (IOException e) {
            waitFor(String.valueOf(e.getMessage()));
            return Set.of();
        }
    }

    private void join(Identity identity, UUID group, HelloAnswer member) throws IOException {
        LOG.info(
                "Cluster {} is there already, says {}: joining it",
                group,
                member.id().member());
        folder.become(identity.joining(group, member.voters()));
    }

    private void formAlone(Identity identity) throws IOException {
        form(
                identity,
                new TreeSet<>(Set.of(identity.incarnation())),
                new TreeMap<>(Map.of(identity.raftId(), settings.advertised())));
    }

    private String otherPeers(HelloAnswer answer) {
        return "the same list of peers everywhere: node " + answer.id().member() + " has " + answer.peers()
                + " (expected: " + settings.peers() + ")";
    }

    private void form(Identity identity, SortedSet<String> founders, SortedMap<RaftId, HostPort> voters)
            throws IOException {
        // The same founders always make the same id, whoever computes it; other founders make another cluster.
        UUID group = UUID.nameUUIDFromBytes(String.join(",", founders).getBytes(StandardCharsets.UTF_8));
        LOG.info("Forming cluster {} of {}", group, voters);
        folder.become(identity.forming(group, founders, voters));
    }

    private void whileForming(Identity identity) throws IOException {
        host.open(new Group(group(identity), identity.voters()));
        waitFor("a leader of the new cluster");
        NodeView view = host.view();
        if (view != null && view.configurationIndex() >= 0) {
            becomeMember(identity);
        }
    }

    private void whileJoining(Identity identity) throws IOException {
        if (removals.settle()) { // it had a seat already, and what it asks for below would undo that
            waitingFor = null;
            return;
        }
        UUID group = group(identity);
        host.open(new Group(group, Map.of()));
        NodeView view = host.view();
        if (view != null && caughtUp(view)) {
            becomeMember(identity);
            return;
        }
        String reason = "a leader of cluster " + group + " that takes this node in";
        Set<HostPort> told = new LinkedHashSet<>();
        for (HelloAnswer answer : greeter.askAll(contacts(identity), new Wish.Join(identity.again()))
                .values()) {
            if (removals.look(answer)) {
                waitingFor = null;
                return;
            }
            if (!answer.note().isEmpty()) {
                reason = answer.id().member() + " says: " + answer.note();
            }
            if (group.equals(answer.group())) {
                told.addAll(answer.voters().values());
            }
            if (answer.standing() == Standing.MEMBER && !group.equals(answer.group())) {
                reason = "cluster " + group + ", but node " + answer.id().member() + " belongs to " + answer.group()
                        + ". If that is the one to join, empty this node's data folder";
            }
        }
        known = told;
        waitFor(reason);
    }

    /** Where members may be: as the settings, the folder and they themselves tell. */
    private Set<HostPort> contacts(Identity identity) {
        Set<HostPort> all = new LinkedHashSet<>(known);
        all.addAll(settings.peers().values());
        all.addAll(identity.voters().values());
        RaftSettings.Contacts contacts = settings.contacts();
        if (known.isEmpty() && contacts != null) {
            try {
                all.addAll(contacts.raftAddresses());
            } catch (IOException e) {
                LOG.debug("No further members known", e);
            }
        }
        return all;
    }

    private boolean caughtUp(NodeView view) {
        RaftId leader = view.leader();
        if (leader == null || !view.settled() || !view.votes()) {
            return false; // a change that is not committed may yet be taken back
        }
        long committed = view.commits().getOrDefault(leader, Long.MAX_VALUE);
        return view.running() && committed > 0 && view.appliedIndex() >= committed;
    }

    private void becomeMember(Identity identity) throws IOException {
        folder.become(identity.member());
        waitingFor = null;
        LOG.info("Member of cluster {}", identity.group());
    }

    private static UUID group(Identity identity) {
        UUID group = identity.group();
        if (group == null) {
            throw new IllegalStateException("no cluster while " + identity.standing());
        }
        return group;
    }

    private void waitFor(String what) {
        if (!what.equals(waitingFor)) {
            LOG.info("Waiting for {}", what);
        }
        waitingFor = what;
    }

    /** The answers of the listed peers that gave one, by id. */
    private Map<MemberId, HelloAnswer> askPeers() {
        Map<HostPort, HelloAnswer> answers = greeter.askAll(settings.peers().values(), new Wish.Nothing());
        Map<MemberId, HelloAnswer> byId = new TreeMap<>();
        settings.peers().forEach((id, address) -> {
            HelloAnswer answer = answers.get(address);
            if (answer == null || id.equals(settings.self())) {
                return;
            }
            if (answer.id().member().equals(id)) {
                byId.put(id, answer);
            } else {
                LOG.warn("Node {} answers at the address of {}", answer.id().member(), id);
            }
        });
        return byId;
    }
}
