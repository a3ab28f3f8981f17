package io.weldr.core.state;

import io.weldr.core.Stamp;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all commands that write or remove a resource have in common. */
final class ResourceWrites {
    private ResourceWrites() {}

    /**
     * A wish to write a resource, and what there is of that name.
     *
     * @param before null: there is none
     * @param same whether it says already what the wish says
     * @param count of resources of that kind
     */
    record Write(String kind, String name, @Nullable Stamp before, boolean same, int count, int most) {

        /** What becomes of it, if nothing has to be written; null: it has to. */
        @Nullable Transition settled(ClusterState state, Condition condition) {
            Refused unmet = unmet(condition);
            if (unmet != null) {
                return new Transition(state, unmet);
            }
            if (before != null && same) {
                return new Transition(state, Accepted.of(Effect.UNCHANGED, state.revision(), before));
            }
            if (before == null && count >= most) {
                return refused(
                        state,
                        Refusal.LIMIT_EXCEEDED,
                        "there are " + count + " " + kind + "s (expected: at most " + most + ")");
            }
            return null;
        }

        private @Nullable Refused unmet(Condition condition) {
            if (condition instanceof Condition.At at) {
                return before != null && before.modified() == at.revision()
                        ? null
                        : new Refused(
                                Refusal.PRECONDITION_FAILED,
                                kind + " " + name
                                        + (before == null ? " is not there" : " is at revision " + before.modified())
                                        + " (expected: revision " + at.revision() + ")");
            }
            if (condition instanceof Condition.Present) {
                return before != null
                        ? null
                        : new Refused(
                                Refusal.PRECONDITION_FAILED, "there is no " + kind + " " + name + " (expected: one)");
            }
            if (condition instanceof Condition.Absent) {
                return before == null
                        ? null
                        : new Refused(
                                Refusal.PRECONDITION_FAILED, kind + " " + name + " is there already (expected: none)");
            }
            if (condition instanceof Condition.AbsentOrSame && before != null && !same) {
                return new Refused(
                        Refusal.ALREADY_EXISTS,
                        kind + " " + name
                                + " is there already and differs (expected: a new name, or an update of that one)");
            }
            return null;
        }
    }

    /** Refuses a removal that expects another revision of the resource; null: it may go on. */
    static @Nullable Transition moved(
            ClusterState state, String kind, String name, Stamp stamp, @Nullable Long expectedRevision) {
        return expectedRevision == null || expectedRevision == stamp.modified()
                ? null
                : refused(
                        state,
                        Refusal.PRECONDITION_FAILED,
                        kind + " " + name + " is at revision " + stamp.modified() + " (expected: revision "
                                + expectedRevision + ")");
    }

    /** Their names, as many as a line holds: the outcomes of thousands of commands are kept, refusals among them. */
    static String some(Map<?, ?> resources) {
        List<String> names =
                resources.keySet().stream().limit(10).map(String::valueOf).toList();
        return String.join(", ", names) + (resources.size() > names.size() ? ", …" : "");
    }

    /** A change that happened in no pool. */
    static Change change(long index, Instant at, Kind kind, String subject, String detail) {
        return new Change(index, at, kind, null, subject, null, detail);
    }

    /** The same state, and why. */
    static Transition refused(ClusterState state, Refusal refusal, String detail) {
        return new Transition(state, new Refused(refusal, detail));
    }
}
