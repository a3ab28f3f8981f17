package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.ListenerCondition;
import io.weldr.proto.admin.v1.ListenerCondition.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the members have made of a listener. Pure. */
final class ListenerConditions {
    private static final String EXPECTED = " (expected: ";

    private ListenerConditions() {}

    private static List<ListenerCondition> of(Message entry) {
        return Kind.all(entry, "conditions").stream()
                .map(ListenerCondition.class::cast)
                .toList();
    }

    /** As the HTTP API has them; empty if the node did not tell, as after a write. */
    static List<Map<String, Object>> members(Message entry) {
        return of(entry).stream().map(ListenerConditions::members).toList();
    }

    private static Map<String, Object> members(ListenerCondition condition) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("member", condition.getMember());
        map.put("state", word(condition.getState()));
        if (!condition.getAddress().isEmpty()) {
            map.put("address", condition.getAddress());
        }
        if (!condition.getReason().isEmpty()) {
            map.put("reason", condition.getReason());
        }
        if (condition.hasSince()) {
            map.put("since", Values.time(condition.getSince()));
            map.put("connections", condition.getConnections());
        }
        return map;
    }

    private static String word(State state) {
        return switch (state) {
            case STATE_BOUND, STATE_RETRYING, STATE_NOT_ALLOWED, STATE_DRAINING ->
                state.name()
                        .substring("STATE_".length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
            case STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
        };
    }

    /** For a table: {@code bound 3/3}, or {@code 2/3: n2: Address already in use}. */
    static String line(Message entry) {
        Map<String, List<ListenerCondition>> byMember = of(entry).stream()
                .filter(condition -> condition.getState() != State.STATE_DRAINING)
                .collect(Collectors.groupingBy(ListenerCondition::getMember, LinkedHashMap::new, Collectors.toList()));
        if (byMember.isEmpty()) {
            return "-";
        }
        long bound = byMember.values().stream()
                .filter(all -> all.stream().allMatch(ListenerConditions::bound))
                .count();
        String wrong = byMember.values().stream()
                .flatMap(List::stream)
                .filter(condition -> !bound(condition))
                .map(condition -> condition.getMember() + ": " + cause(condition))
                .collect(Collectors.joining(", "));
        return wrong.isEmpty()
                ? "bound " + bound + "/" + byMember.size()
                : bound + "/" + byMember.size() + ": " + wrong;
    }

    private static boolean bound(ListenerCondition condition) {
        return condition.getState() == State.STATE_BOUND;
    }

    /** Without what to do about it, which {@code listeners get} shows. */
    private static String cause(ListenerCondition condition) {
        String reason = condition.getReason();
        int end = reason.indexOf(EXPECTED);
        return end < 0 ? reason : reason.substring(0, end);
    }
}
