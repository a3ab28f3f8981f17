package io.weldr.api.admin;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one listener on one member.
 *
 * @param condition null: the member did not tell
 * @param missing why it did not, for people; null if it did
 */
public record ListenerBinding(
        MemberId member,
        @Nullable ListenerCondition condition,
        @Nullable String missing) {

    /**
     * What all members have made of a listener, by member. Members that do not proxy are left out. A member has several
     * while connections of an earlier address still drain.
     */
    static List<ListenerBinding> of(ListenerName listener, List<Census.Line> lines) {
        List<ListenerBinding> all = new ArrayList<>();
        for (Census.Line line : lines) {
            Member member = line.member();
            MemberReport report = line.report();
            if (member != null && member.witness()) {
                continue;
            }
            ListenerReport listeners = report == null ? null : report.listeners();
            if (listeners == null) {
                String missing = line.missing();
                all.add(new ListenerBinding(
                        line.id(), null, missing != null ? missing : "its version does not tell about listeners"));
                continue;
            }
            int before = all.size();
            listeners.conditions().stream()
                    .filter(condition -> condition.name().equals(listener))
                    .forEach(condition -> all.add(new ListenerBinding(line.id(), condition, null)));
            if (all.size() == before) {
                all.add(new ListenerBinding(line.id(), null, "it has not applied the listener yet"));
            }
        }
        return all;
    }
}
