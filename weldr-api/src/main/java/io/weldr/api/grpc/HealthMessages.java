package io.weldr.api.grpc;

import io.weldr.api.admin.HealthDraft;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.wire.json.ResourceJson;
import io.weldr.wire.resource.HealthPolicies;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Health policies of origins and of the calls on health: a message of their own, older than that of resources. Both
 * have the same names in JSON but for
 * {@code initialUp}. Pure.
 */
final class HealthMessages {
    private static final String INITIAL_UP = "initialUp";
    private static final String INITIAL = "initial";

    private HealthMessages() {}

    static io.weldr.proto.admin.v1.HealthPolicy message(HealthPolicy policy) {
        Map<String, Object> members = ResourceJson.tree(HealthPolicies.encode(policy));
        @Nullable Object initial = members.remove(INITIAL);
        members.put(INITIAL_UP, "up".equals(initial));
        return ResourceJson.read(members, io.weldr.proto.admin.v1.HealthPolicy.newBuilder())
                .build();
    }

    /** @throws IllegalArgumentException with the field that is wrong */
    static HealthDraft draft(io.weldr.proto.admin.v1.HealthPolicy message) {
        Map<String, Object> members = ResourceJson.tree(message);
        members.remove("defaults");
        @Nullable Object initialUp = members.remove(INITIAL_UP);
        if (initialUp != null) {
            members.put(INITIAL, initialUp.equals(true) ? "up" : "down");
        }
        HealthDraft draft = new HealthDraft(
                ResourceJson.read(members, io.weldr.proto.resource.v1.HealthPolicy.newBuilder())
                        .build(),
                message.getDefaultsList());
        draft.defaults().forEach(HealthMessages::checkName);
        return draft;
    }

    /** Throws unless there is a field of that name. */
    private static void checkName(String name) {
        ResourceJson.read(Collections.singletonMap(name, null), io.weldr.proto.resource.v1.HealthPolicy.newBuilder());
    }
}
