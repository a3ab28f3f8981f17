package io.weldr.core.state;

import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the commands on members do. */
final class MemberCommands {
    private MemberCommands() {}

    static Transition announce(ClusterState state, long index, Limits limits, Command.AnnounceMember command) {
        Member member = command.member();
        Member before = state.members().get(member.id());
        if (member.equals(before)) {
            return new Transition(state, Accepted.plain(Effect.UNCHANGED, state.revision()));
        }
        if (before == null && state.members().size() >= limits.membersMax()) {
            return new Transition(
                    state,
                    new Refused(
                            Refusal.LIMIT_EXCEEDED,
                            "the cluster has " + state.members().size() + " members (expected: at most "
                                    + limits.membersMax() + ")"));
        }
        SortedMap<MemberId, Member> members = new TreeMap<>(state.members());
        members.put(member.id(), member);
        Change change = new Change(
                index,
                command.at(),
                Kind.MEMBER_ANNOUNCED,
                null,
                member.id().value(),
                null,
                "admin " + member.admin() + ", " + (member.witness() ? "witness" : "proxy " + member.proxy())
                        + ", version " + member.version());
        return new Transition(
                state.with(members, change), Accepted.plain(before == null ? Effect.CREATED : Effect.UPDATED, index));
    }

    static Transition retire(ClusterState state, long index, Command.RetireMember command) {
        if (!state.members().containsKey(command.member())) {
            return new Transition(state, new Refused(Refusal.NO_SUCH_MEMBER, "there is no member " + command.member()));
        }
        SortedMap<MemberId, Member> members = new TreeMap<>(state.members());
        members.remove(command.member());
        Change change = new Change(
                index, command.at(), Kind.MEMBER_RETIRED, null, command.member().value(), null, "retired");
        return new Transition(state.with(members, change), Accepted.plain(Effect.REMOVED, index));
    }

    static Transition raise(ClusterState state, long index, Command.RaiseClusterVersion command) {
        ClusterVersion version = command.version();
        if (state.version().atLeast(version)) {
            return new Transition(state, Accepted.plain(Effect.UNCHANGED, state.revision()));
        }
        Change change = new Change(
                index,
                command.at(),
                Kind.CLUSTER_VERSION_RAISED,
                null,
                version.toString(),
                null,
                "cluster version " + state.version() + " -> " + version);
        SortedMap<MemberId, Member> members = new TreeMap<>(state.members());
        // The leader has seen that all support it. A program from before there were versions did not keep what they
        // announced.
        members.replaceAll((id, member) -> member.supporting(version));
        return new Transition(state.with(version, members, change), Accepted.plain(Effect.UPDATED, index));
    }
}
