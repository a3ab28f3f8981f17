package io.weldr.raft.ratis;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of a group that a Ratis server has opened. Thread safe. May be asked while the group closes, and
 * tells nothing then.
 */
final class RatisGroup {
    private final RaftId id;
    private final RaftServer.Division division;
    private volatile @Nullable Configuration configuration;

    /** @param id how the group knows this node */
    RatisGroup(RaftId id, RaftServer.Division division) {
        this.id = id;
        this.division = division;
    }

    RaftServer.Division division() {
        return division;
    }

    /** How it stands. */
    NodeView view() {
        DivisionInfo info = division.getInfo();
        Configuration configuration = configuration(division.getRaftConf());
        RoleInfoProto roleInfo = info.getRoleInfoProto();
        Map<RaftId, Long> silent = new HashMap<>();
        for (ServerRpcProto follower : roleInfo.getLeaderInfo().getFollowerInfoList()) {
            silent.put(configuration.id(follower.getId()), follower.getLastRpcElapsedTimeMs());
        }
        Map<RaftId, Long> commits = new HashMap<>();
        for (CommitInfoProto commit : division.getCommitInfos()) {
            commits.put(configuration.id(commit.getServer()), commit.getCommitIndex());
        }
        boolean alive = info.isAlive();
        RaftPeerId leader = info.getLeaderId();
        TermIndex applied = division.getStateMachine().getLastAppliedTermIndex();
        return new NodeView(
                id,
                role(info.getCurrentRole()),
                alive && info.getLifeCycleState().isRunning(),
                alive && info.isLeader() && info.isLeaderReady(),
                info.getCurrentTerm(),
                alive && leader != null ? configuration.id(leader) : null,
                alive ? division.getRaftLog().getLastCommittedIndex() : info.getLastAppliedIndex(),
                info.getLastAppliedIndex(),
                applied == null ? -1 : applied.getTerm(),
                roleInfo.getRoleElapsedTimeMs(),
                roleInfo.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs(),
                silent,
                commits,
                configuration.seats(),
                configuration.before(),
                configuration.ratis().getLogEntryIndex());
    }

    private Configuration configuration(RaftConfiguration now) {
        Configuration known = configuration;
        if (known == null || known.ratis() != now) { // Ratis makes a new object of each change
            known = Configuration.of(now);
            configuration = known;
        }
        return known;
    }

    /**
     * The last log index that each follower has told this leader in its term to be on its disk; nothing if it does not
     * lead, or while the followers change.
     */
    Map<RaftId, Long> acknowledged() {
        return perFollower(DivisionInfo::getFollowerMatchIndices);
    }

    /**
     * The followers that this leader has sent its whole log, and that have not said that it is on their disks; none if
     * it does not lead.
     */
    Set<RaftId> owing() {
        if (!division.getInfo().isAlive() || !division.getInfo().isLeader()) {
            return Set.of();
        }
        Long next = ask(RaftLog::getNextIndex);
        if (next == null) {
            return Set.of();
        }
        long last = next - 1;
        Map<RaftId, Long> acknowledged = perFollower(DivisionInfo::getFollowerMatchIndices);
        Set<RaftId> owing = new HashSet<>();
        perFollower(DivisionInfo::getFollowerNextIndices).forEach((follower, nextOfIt) -> {
            if (nextOfIt > last && acknowledged.getOrDefault(follower, last) < last) {
                owing.add(follower);
            }
        });
        return owing;
    }

    private Map<RaftId, Long> perFollower(Function<DivisionInfo, long @Nullable []> what) {
        List<RaftId> before = followers();
        long[] indices = what.apply(division.getInfo()); // in the order of the followers, but without their names
        List<RaftId> followers = followers();
        if (indices == null || !before.equals(followers) || indices.length != followers.size()) {
            return Map.of();
        }
        Map<RaftId, Long> named = new HashMap<>();
        for (int i = 0; i < indices.length; i++) {
            named.put(followers.get(i), indices[i]);
        }
        return named;
    }

    private List<RaftId> followers() {
        return division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                .map(follower -> RaftId.parse(follower.getId().getId().toStringUtf8()))
                .toList();
    }

    /** The last entry of the log or, if that is empty, of the snapshot; null if there is neither. */
    @Nullable LastEntry lastEntry() {
        if (!division.getInfo().isAlive()) {
            return null;
        }
        TermIndex last = ask(RaftLog::getLastEntryTermIndex);
        TermIndex applied = division.getStateMachine().getLastAppliedTermIndex();
        TermIndex end = last != null ? last : applied;
        return end == null ? null : new LastEntry(end.getTerm(), end.getIndex());
    }

    /** The term of the entry at that index; -1 if the log does not have it. */
    long term(long index) {
        TermIndex entry = ask(log -> log.getTermIndex(index));
        return entry == null ? -1 : entry.getTerm();
    }

    /** Null if there is no log, or it is closed. */
    @Nullable LogEnd logEnd() {
        if (!division.getInfo().isAlive()) {
            return null;
        }
        return ask(log -> {
            TermIndex last = log.getLastEntryTermIndex();
            return new LogEnd(last == null ? -1 : last.getIndex(), log.getFlushIndex());
        });
    }

    /**
     * What the log says; null if it is closed, which may happen at any moment: a node that leaves its cluster, or
     * begins again with an empty log, closes it while others ask.
     */
    <T> @Nullable T ask(Function<RaftLog, @Nullable T> question) {
        try {
            return question.apply(division.getRaftLog());
        } catch (IllegalStateException e) {
            if (division.getInfo().isAlive()) {
                throw e;
            }
            return null;
        }
    }

    private static NodeView.Role role(RaftPeerRole role) {
        return switch (role) {
            case LEADER -> NodeView.Role.LEADER;
            case CANDIDATE -> NodeView.Role.CANDIDATE;
            case FOLLOWER, LISTENER, UNRECOGNIZED -> NodeView.Role.FOLLOWER;
        };
    }
}
