package io.weldr.api.http;

import io.weldr.api.admin.ResourceKind;
import java.util.List;

/** What a body looks like: the OpenAPI document has a schema for each. */
sealed interface Shape {
    /** No body at all. */
    Shape NOTHING = new Text(List.of());

    /** A record, written as JSON. */
    record Json(Class<?> type) implements Shape {}

    /** An array of such records. */
    record JsonArray(Class<?> type) implements Shape {}

    /** A pool, listener, route or certificate, or what an answer says of it. */
    record Resource(ResourceKind<?, ?> kind, Part part) implements Shape {}

    /** What of a kind of resource. */
    enum Part {
        /** One resource. */
        ONE,
        /** A JSON Merge Patch (RFC 7396) of one. */
        PATCH,
        /** All of the kind. */
        LIST,
        /** One that is not there any more. */
        REMOVED
    }

    /** Content of any of these types, which no schema describes further. */
    record Text(List<String> contentTypes) implements Shape {
        public Text {
            contentTypes = List.copyOf(contentTypes);
        }
    }

    /** Bodies that {@link io.weldr.api.json.RequestBodies} and {@link io.weldr.api.json.TokenBodies} read by member. */
    enum Body implements Shape {
        NEW_ORIGIN,
        ORIGIN,
        ORIGIN_PATCH,
        HEALTH_POLICY,
        HEALTH_POLICY_PATCH,
        NEW_MEMBER,
        /** May be left out. */
        NEXT_LEADER,
        NEW_TOKEN
    }

    static Shape one(ResourceKind<?, ?> kind) {
        return new Resource(kind, Part.ONE);
    }

    static Shape patch(ResourceKind<?, ?> kind) {
        return new Resource(kind, Part.PATCH);
    }

    static Shape list(ResourceKind<?, ?> kind) {
        return new Resource(kind, Part.LIST);
    }

    static Shape removed(ResourceKind<?, ?> kind) {
        return new Resource(kind, Part.REMOVED);
    }

    static Shape json(Class<?> type) {
        return new Json(type);
    }

    static Shape array(Class<?> type) {
        return new JsonArray(type);
    }

    static Shape text(String... contentTypes) {
        return new Text(List.of(contentTypes));
    }
}
