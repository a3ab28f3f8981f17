package io.weldr.api.admin;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.core.port.ListenerConditions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The states of all listeners on one member.
 *
 * @param revision of a state whose listeners have all been bound, or tried
 * @param conditions one or more for each listener; none if the member does not proxy
 */
public record ListenerReport(long revision, List<ListenerCondition> conditions) {
    public ListenerReport {
        conditions = List.copyOf(conditions);
    }

    /** Of the node that this is. The revision is read first: the conditions are at least as new. */
    public static ListenerReport of(ListenerConditions node) {
        long revision = node.listenedRevision();
        return new ListenerReport(revision, node.listenerConditions());
    }

    private Stream<ListenerCondition> wanted(ListenerName listener) {
        return conditions.stream()
                .filter(condition -> condition.name().equals(listener) && condition.state() != State.DRAINING);
    }

    /** Whether waiting longer changes nothing: the listener of that revision is bound, gone, or not allowed here. */
    boolean settled(ListenerName listener, long atRevision) {
        return revision >= atRevision && wanted(listener).noneMatch(condition -> condition.state() == State.RETRYING);
    }

    /** Why the member does not serve the listener as that revision has it, for people; null: it does. */
    @Nullable String unbound(ListenerName listener, long atRevision) {
        if (revision < atRevision) {
            return "listener " + listener + ": not tried yet";
        }
        return wanted(listener)
                .filter(condition -> !condition.bound())
                .map(ListenerReport::line)
                .findFirst()
                .orElse(null);
    }

    /** Every listener that is not bound and should be, with the reason, for people. */
    public List<String> unbound() {
        return conditions.stream()
                .filter(condition -> !condition.bound() && condition.state() != State.DRAINING)
                .map(ListenerReport::line)
                .toList();
    }

    private static String line(ListenerCondition condition) {
        return "listener " + condition.name() + ": not bound at " + condition.address() + ": " + condition.reason();
    }
}
