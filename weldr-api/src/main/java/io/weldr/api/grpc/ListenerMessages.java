package io.weldr.api.grpc;

import io.weldr.api.admin.ListenerBinding;
import io.weldr.api.admin.ListenerReport;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.proto.admin.v1.ListenerConditions;
import io.weldr.proto.admin.v1.NamedListenerCondition;
import java.time.Instant;

/** What members have made of listeners, as messages and back. Pure. */
final class ListenerMessages {
    private ListenerMessages() {}

    static io.weldr.proto.admin.v1.ListenerCondition condition(ListenerBinding binding) {
        ListenerCondition condition = binding.condition();
        String missing = binding.missing();
        io.weldr.proto.admin.v1.ListenerCondition.Builder message =
                condition == null ? io.weldr.proto.admin.v1.ListenerCondition.newBuilder() : message(condition);
        if (missing != null) {
            message.setReason(missing);
        }
        return message.setMember(binding.member().value()).build();
    }

    private static io.weldr.proto.admin.v1.ListenerCondition.Builder message(ListenerCondition condition) {
        return io.weldr.proto.admin.v1.ListenerCondition.newBuilder()
                .setState(
                        switch (condition.state()) {
                            case BOUND -> io.weldr.proto.admin.v1.ListenerCondition.State.STATE_BOUND;
                            case RETRYING -> io.weldr.proto.admin.v1.ListenerCondition.State.STATE_RETRYING;
                            case NOT_ALLOWED -> io.weldr.proto.admin.v1.ListenerCondition.State.STATE_NOT_ALLOWED;
                            case DRAINING -> io.weldr.proto.admin.v1.ListenerCondition.State.STATE_DRAINING;
                        })
                .setAddress(condition.address())
                .setReason(condition.reason())
                .setSince(Wire.timestamp(condition.since()))
                .setConnections(condition.connections());
    }

    static ListenerConditions report(ListenerReport report) {
        ListenerConditions.Builder message = ListenerConditions.newBuilder().setRevision(report.revision());
        report.conditions()
                .forEach(condition -> message.addConditions(NamedListenerCondition.newBuilder()
                        .setListener(condition.name().value())
                        .setCondition(message(condition))));
        return message.build();
    }

    /** What another member reported. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static ListenerReport report(ListenerConditions message) {
        return new ListenerReport(
                message.getRevision(),
                message.getConditionsList().stream()
                        .map(ListenerMessages::condition)
                        .toList());
    }

    private static ListenerCondition condition(NamedListenerCondition named) {
        io.weldr.proto.admin.v1.ListenerCondition message = named.getCondition();
        return new ListenerCondition(
                new ListenerName(named.getListener()),
                message.getAddress(),
                switch (message.getState()) {
                    case STATE_BOUND -> ListenerCondition.State.BOUND;
                    case STATE_NOT_ALLOWED -> ListenerCondition.State.NOT_ALLOWED;
                    case STATE_DRAINING -> ListenerCondition.State.DRAINING;
                    // A state that a newer version has and this one does not know is not bound; its reason says more.
                    case STATE_RETRYING, STATE_UNSPECIFIED, UNRECOGNIZED -> ListenerCondition.State.RETRYING;
                },
                message.getReason(),
                Instant.ofEpochSecond(
                        message.getSince().getSeconds(), message.getSince().getNanos()),
                message.getConnections());
    }
}
