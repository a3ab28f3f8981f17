package io.weldr.raft.form;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.form.HelloAnswer.Hello;
import io.weldr.raft.form.Identity.Standing;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RatisNode.Group;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a node from an empty folder to membership. {@link #step} is called by one thread, again and again until it says that it
 * is done; {@link #answer} and {@link #mayVote} by any. Each step writes down what it has decided before it acts on it, and does the
 * right thing when it is repeated after a crash.
 */
public final class Formation {
    private static final Logger LOG = LoggerFactory.getLogger(Formation.class);

    /** A peer on the same network answers within milliseconds; one that does not is asked again. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(500);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final PeerLink link;
    private final Host host;
    private volatile @Nullable String waitingFor;

    /** What formation needs of the node. */
    public interface Host {
        /** Opens that group's log. Does nothing if it is open. */
        void open(Group group) throws IOException;

        /** How consensus stands, or null while there is no group. */
        @Nullable NodeView view();

        /** Whether this node acts as leader. */
        boolean leading();

        /**
         * Takes a node in as a voter, some time soon, if this node leads.
         *
         * @return why not, for people; empty if it is under way
         */
        String takeIn(MemberId id, HostPort address);

        /** Has the leader write something that every follower has to answer. */
        void nudge();
    }

    public Formation(RaftSettings settings, DataFolder folder, PeerLink link, Host host) {
        this.settings = settings;
        this.folder = folder;
        this.link = link;
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
     * Whether this node may vote. Not while it joins: if its disk was emptied, entries that it once acknowledged may be missing, and
     * with its vote a node that never had them could be elected.
     */
    public boolean mayVote() {
        return folder.identity().standing() != Standing.JOINING;
    }

    /** Answers another node's {@link Hello}. */
    public byte[] answer(byte[] question) {
        Hello hello = Hello.decode(question);
        Identity identity = folder.identity();
        boolean leading = host.leading();
        NodeView view = host.view();
        Map<MemberId, HostPort> voters =
                view == null ? Map.of() : view.voters().stream().collect(Collectors.toMap(Voter::id, Voter::raft));
        String note = "";
        if (hello.join() && leading) {
            HostPort known = voters.get(hello.id());
            if (known == null) {
                note = host.takeIn(hello.id(), hello.address());
            } else if (!known.equals(hello.address())) {
                note = "node " + hello.id() + " is a member at " + known + " (expected: that address, or another id)";
            } else {
                // A voter whose disk was emptied. Heartbeats alone would never bring it up to date (RATIS-2523).
                host.nudge();
            }
        }
        return new HelloAnswer(
                        identity.id(),
                        identity.incarnation(),
                        identity.standing(),
                        identity.group(),
                        identity.founders(),
                        settings.peers(),
                        leading,
                        note,
                        voters)
                .encode();
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
            case MEMBER -> waitingFor = null;
        }
        return folder.identity().standing() == Standing.MEMBER;
    }

    private void whileEmpty(Identity identity) throws IOException {
        if (settings.peers().size() <= 1) {
            formAlone(identity);
            return;
        }
        Map<MemberId, HelloAnswer> answers = askPeers(false);
        for (HelloAnswer answer : answers.values()) {
            UUID group = answer.group();
            if (answer.standing() == Standing.MEMBER && group != null) {
                if (answer.founders().contains(identity.incarnation())) {
                    if (!answer.peers().equals(settings.peers())) {
                        waitFor(otherPeers(answer));
                        return;
                    }
                    form(identity, new TreeSet<>(answer.founders()), settings.peers());
                } else {
                    LOG.info("Cluster {} is there already, says {}: joining it", group, answer.id());
                    folder.become(identity.joining(group));
                }
                return;
            }
        }
        if (settings.bootstrap()) {
            // No peer that answers is a member. They are taken in one by one, when they ask: they have no data to lose,
            // and get ours. A setting that was left on after the first start does no harm while a member answers.
            formAlone(identity);
            return;
        }
        SortedSet<String> silent = settings.peers().keySet().stream()
                .filter(peer -> !peer.equals(settings.self()) && !answers.containsKey(peer))
                .map(MemberId::value)
                .collect(Collectors.toCollection(TreeSet::new));
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
                waitFor("a member of the cluster that node " + answer.id() + " waits for as well");
                return;
            }
        }
        SortedSet<String> incarnations =
                answers.values().stream().map(HelloAnswer::incarnation).collect(Collectors.toCollection(TreeSet::new));
        incarnations.add(identity.incarnation());
        form(identity, incarnations, settings.peers());
    }

    private void formAlone(Identity identity) throws IOException {
        form(
                identity,
                new TreeSet<>(Set.of(identity.incarnation())),
                new TreeMap<>(Map.of(settings.self(), settings.advertised())));
    }

    private String otherPeers(HelloAnswer answer) {
        return "the same list of peers everywhere: node " + answer.id() + " has " + answer.peers() + " (expected: "
                + settings.peers() + ")";
    }

    private void form(Identity identity, SortedSet<String> founders, SortedMap<MemberId, HostPort> voters)
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
        UUID group = group(identity);
        host.open(new Group(group, Map.of()));
        NodeView view = host.view();
        if (view != null && caughtUp(view)) {
            becomeMember(identity);
            return;
        }
        String reason = "a leader of cluster " + group + " that takes this node in";
        for (HelloAnswer answer : askPeers(true).values()) {
            if (!answer.note().isEmpty()) {
                reason = answer.id() + " says: " + answer.note();
            }
            if (answer.standing() == Standing.MEMBER && !group.equals(answer.group())) {
                reason = "cluster " + group + ", but node " + answer.id() + " belongs to " + answer.group()
                        + ". If that is the one to join, empty this node's data folder";
            }
        }
        waitFor(reason);
    }

    private boolean caughtUp(NodeView view) {
        MemberId leader = view.leader();
        if (leader == null || view.configurationIndex() < 0 || !view.hasVoter(settings.self())) {
            return false;
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

    /** The answers of those who gave one, by id. */
    private Map<MemberId, HelloAnswer> askPeers(boolean join) {
        byte[] question = new Hello(settings.self(), settings.advertised(), settings.peers(), join).encode();
        Map<MemberId, CompletableFuture<byte[]>> calls = new TreeMap<>();
        settings.peers().forEach((id, address) -> {
            if (!id.equals(settings.self())) {
                calls.put(id, link.hello(address, question, ANSWER_TIMEOUT));
            }
        });
        Map<MemberId, HelloAnswer> answers = new TreeMap<>();
        calls.forEach((id, call) -> {
            try {
                HelloAnswer answer = HelloAnswer.decode(call.join());
                if (answer.id().equals(id)) {
                    answers.put(id, answer);
                } else {
                    LOG.warn("Node {} answers at the address of {}", answer.id(), id);
                }
            } catch (CompletionException e) {
                LOG.debug("No answer from {}: {}", id, e.getMessage());
            } catch (IllegalArgumentException e) {
                LOG.warn("The answer of {} makes no sense: {}", id, e.getMessage());
            }
        });
        return answers;
    }
}
