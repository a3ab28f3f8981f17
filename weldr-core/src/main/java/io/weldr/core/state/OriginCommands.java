package io.weldr.core.state;

import io.weldr.core.Words;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the commands on pools and origins do. Each asks before it constructs, so that nothing here throws. */
final class OriginCommands {
    private OriginCommands() {}

    static Transition add(ClusterState state, long index, Limits limits, Command.AddOrigin command) {
        Pool pool = state.pool(command.pool());
        if (pool == null) {
            return noSuchPool(state, command.pool());
        }
        OriginSpec spec = command.spec();
        HostPort address = spec.url().address();
        Origin there = pool.find(address);
        if (there == null) {
            there = pool.find(spec.idOrDefault());
        }
        if (there != null) {
            if (!spec.describes(there)) {
                return refused(
                        state,
                        Refusal.ALREADY_EXISTS,
                        "origin " + there.id() + " at " + there.url()
                                + " is there already and differs (expected: a new id and address, or an update of that one)");
            }
            return command.mustBeNew()
                    ? refused(
                            state,
                            Refusal.PRECONDITION_FAILED,
                            "origin " + there.id() + " is there already (expected: no such origin)")
                    : unchanged(state, there);
        }
        if (pool.origins().size() >= limits.originsMax()) {
            return refused(
                    state,
                    Refusal.LIMIT_EXCEEDED,
                    "pool " + pool.name() + " has " + pool.origins().size() + " origins (expected: at most "
                            + limits.originsMax() + ")");
        }
        if (state.origins() >= limits.originsTotalMax()) {
            return refused(
                    state,
                    Refusal.LIMIT_EXCEEDED,
                    "the pools have " + state.origins() + " origins together (expected: at most "
                            + limits.originsTotalMax() + ")");
        }
        HealthPolicy policy = spec.health() != null ? spec.health() : pool.health();
        Origin origin = new Origin(
                spec.idOrDefault(),
                spec.url(),
                spec.weightOrDefault(),
                AdminState.ENABLED,
                null,
                untried(policy, command.at()),
                spec.hostPolicyOrDefault(),
                spec.health(),
                spec.priorityOrDefault(),
                spec.connectionsMax(),
                spec.labelsOrDefault(),
                index,
                index,
                index);
        return changed(
                state,
                index,
                pool.plus(origin),
                Kind.ORIGIN_ADDED,
                command.at(),
                Effect.CREATED,
                origin,
                "added " + origin.url());
    }

    static Transition update(ClusterState state, long index, Command.UpdateOrigin command) {
        Pool pool = state.pool(command.pool());
        if (pool == null) {
            return noSuchPool(state, command.pool());
        }
        Origin before = command.origin().in(pool);
        if (before == null) {
            return noSuchOrigin(state, pool, command.origin());
        }
        Transition stale = moved(state, before, command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        OriginPatch patch = command.patch();
        OriginUrl url = patch.url() != null ? patch.url() : before.url();
        Origin other = pool.find(url.address());
        if (other != null && !other.id().equals(before.id())) {
            return refused(
                    state, Refusal.ALREADY_EXISTS, "origin " + other.id() + " is at " + url.address() + " already");
        }
        Origin after = patched(before, pool, patch, url, index, command.at());
        if (sameButForModified(before, after)) {
            return unchanged(state, before);
        }
        return changed(
                state,
                index,
                pool.replace(before.id(), origin -> after),
                Kind.ORIGIN_UPDATED,
                command.at(),
                Effect.UPDATED,
                after,
                describe(before, after));
    }

    static Transition remove(ClusterState state, long index, Command.RemoveOrigin command) {
        Pool pool = state.pool(command.pool());
        if (pool == null) {
            return noSuchPool(state, command.pool());
        }
        Origin origin = command.origin().in(pool);
        if (origin == null) {
            return noSuchOrigin(state, pool, command.origin());
        }
        Transition stale = moved(state, origin, command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        Change change = new Change(
                index,
                command.at(),
                Kind.ORIGIN_REMOVED,
                pool.name(),
                origin.id().value(),
                origin,
                "removed " + origin.url());
        ClusterState next = state.with(pool.minus(origin.id()), change);
        return new Transition(next, Accepted.of(Effect.REMOVED, index, origin));
    }

    static Transition setHealthPolicy(ClusterState state, long index, Command.SetHealthPolicy command) {
        Pool pool = state.pool(command.pool());
        if (pool == null) {
            return noSuchPool(state, command.pool());
        }
        HealthPolicy expected = command.expected();
        if (expected != null && !expected.equals(pool.health())) {
            return refused(
                    state,
                    Refusal.PRECONDITION_FAILED,
                    "the health policy of pool " + pool.name() + " is " + pool.health() + " (expected: " + expected
                            + ")");
        }
        if (pool.health().equals(command.policy())) {
            return new Transition(state, Accepted.of(Effect.UNCHANGED, state.revision(), pool.health()));
        }
        Change change = new Change(
                index,
                command.at(),
                Kind.HEALTH_POLICY_SET,
                pool.name(),
                pool.name().value(),
                null,
                "health policy: " + command.policy().changesFrom(pool.health()));
        // Programs from before there were stamps have kept none: their state and ours have to stay equal.
        boolean stamped = state.version().atLeast(ClusterVersion.RESOURCES);
        Pool after = pool.rewritten(
                command.policy(),
                pool.settings(),
                stamped ? index : pool.stamp().modified());
        ClusterState.Edit edit = state.edit().pool(after);
        return new Transition(
                stamped ? edit.commitRouting(change) : edit.commit(change),
                Accepted.of(Effect.UPDATED, index, command.policy()));
    }

    static Transition recordVerdict(ClusterState state, long index, Command.RecordVerdict command) {
        Pool pool = state.pool(command.pool());
        if (pool == null) {
            return noSuchPool(state, command.pool());
        }
        Origin origin = pool.find(command.origin());
        if (origin == null) {
            return noSuchOrigin(state, pool, new OriginRef.ById(command.origin()));
        }
        if (origin.generation() != command.generation()) {
            return refused(
                    state,
                    Refusal.PRECONDITION_FAILED,
                    "the verdict is on generation " + command.generation() + " of origin " + origin.id()
                            + " (expected: generation " + origin.generation() + ")");
        }
        if (origin.verdict().up() == command.verdict().up()) {
            return unchanged(state, origin);
        }
        boolean apart = state.version().atLeast(ClusterVersion.HEALTH_APART);
        Origin after = origin.with(command.verdict(), apart ? origin.modified() : index);
        return changed(
                state,
                index,
                pool.replace(origin.id(), same -> after),
                Kind.VERDICT,
                command.at(),
                Effect.UPDATED,
                after,
                (after.verdict().up() ? "up: " : "down: ") + after.verdict().reason());
    }

    private static Origin patched(Origin before, Pool pool, OriginPatch patch, OriginUrl url, long index, Instant at) {
        boolean elsewhere = !url.equals(before.url());
        HealthPolicy health = patch.inheritHealth() ? null : patch.health() != null ? patch.health() : before.health();
        Verdict verdict = elsewhere ? untried(health != null ? health : pool.health(), at) : before.verdict();
        return new Origin(
                before.id(),
                url,
                patch.weight() != null ? patch.weight() : before.weight(),
                patch.admin() != null ? patch.admin() : before.admin(),
                patch.admin() != null ? patch.drainDeadline() : before.drainDeadline(),
                verdict,
                patch.hostPolicy() != null ? patch.hostPolicy() : before.hostPolicy(),
                health,
                patch.priority() != null ? patch.priority() : before.priority(),
                patch.inheritConnectionsMax()
                        ? null
                        : patch.connectionsMax() != null ? patch.connectionsMax() : before.connectionsMax(),
                patch.labels() != null ? patch.labels() : before.labels(),
                elsewhere ? index : before.generation(),
                before.created(),
                index);
    }

    private static Verdict untried(HealthPolicy policy, Instant at) {
        boolean up = policy.initial() == HealthPolicy.Initial.UP;
        // No later probe that agrees enters the log, so this has to stay true however long ago it was said.
        return new Verdict(up, at, up ? "up until probes fail" : "down until probes pass");
    }

    private static boolean sameButForModified(Origin before, Origin after) {
        return before.url().equals(after.url())
                && before.weight() == after.weight()
                && before.admin() == after.admin()
                && Objects.equals(before.drainDeadline(), after.drainDeadline())
                && before.hostPolicy() == after.hostPolicy()
                && Objects.equals(before.health(), after.health())
                && before.priority() == after.priority()
                && Objects.equals(before.connectionsMax(), after.connectionsMax())
                && before.labels().equals(after.labels());
    }

    private static String describe(Origin before, Origin after) {
        StringBuilder line = new StringBuilder("updated");
        if (!before.url().equals(after.url())) {
            line.append(", url ").append(before.url()).append(" -> ").append(after.url());
        }
        if (before.weight() != after.weight()) {
            line.append(", weight ").append(before.weight()).append(" -> ").append(after.weight());
        }
        if (before.admin() != after.admin()) {
            line.append(", ").append(Words.of(before.admin())).append(" -> ").append(Words.of(after.admin()));
        }
        if (after.drainDeadline() != null && !after.drainDeadline().equals(before.drainDeadline())) {
            line.append(before.drainDeadline() == null ? " until " : ", draining until ")
                    .append(after.drainDeadline());
        }
        if (before.hostPolicy() != after.hostPolicy()) {
            line.append(", host ")
                    .append(Words.of(before.hostPolicy()))
                    .append(" -> ")
                    .append(Words.of(after.hostPolicy()));
        }
        if (before.priority() != after.priority()) {
            line.append(", priority ").append(before.priority()).append(" -> ").append(after.priority());
        }
        if (!Objects.equals(before.connectionsMax(), after.connectionsMax())) {
            line.append(", connectionsMax ")
                    .append(connections(before))
                    .append(" -> ")
                    .append(connections(after));
        }
        if (!before.labels().equals(after.labels())) {
            line.append(", labels ").append(before.labels()).append(" -> ").append(after.labels());
        }
        HealthPolicy own = after.health();
        if (!Objects.equals(before.health(), own)) {
            line.append(
                    own == null
                            ? ", health policy of the pool"
                            : before.health() == null
                                    ? ", own health policy: " + own
                                    : ", own health policy: " + own.changesFrom(before.health()));
        }
        return line.toString();
    }

    private static String connections(Origin origin) {
        return origin.connectionsMax() == null
                ? "of the pool"
                : origin.connectionsMax().toString();
    }

    private static @Nullable Transition moved(ClusterState state, Origin origin, @Nullable Long expectedRevision) {
        if (expectedRevision == null || expectedRevision == origin.modified()) {
            return null;
        }
        return refused(
                state,
                Refusal.PRECONDITION_FAILED,
                "origin " + origin.id() + " is at revision " + origin.modified() + " (expected: " + expectedRevision
                        + ")");
    }

    private static Transition changed(
            ClusterState state,
            long index,
            Pool pool,
            Kind kind,
            Instant at,
            Effect effect,
            Origin origin,
            String detail) {
        Change change = new Change(index, at, kind, pool.name(), origin.id().value(), origin, detail);
        return new Transition(state.with(pool, change), Accepted.of(effect, index, origin));
    }

    private static Transition unchanged(ClusterState state, Origin origin) {
        return new Transition(state, Accepted.of(Effect.UNCHANGED, state.revision(), origin));
    }

    private static Transition noSuchPool(ClusterState state, PoolName name) {
        return refused(
                state,
                Refusal.NO_SUCH_POOL,
                "there is no pool " + name + " (expected: one of " + ResourceWrites.some(state.pools()) + ")");
    }

    private static Transition noSuchOrigin(ClusterState state, Pool pool, OriginRef origin) {
        return refused(state, Refusal.NO_SUCH_ORIGIN, "there is no origin " + origin + " in pool " + pool.name());
    }

    private static Transition refused(ClusterState state, Refusal refusal, String detail) {
        return new Transition(state, new Refused(refusal, detail));
    }
}
