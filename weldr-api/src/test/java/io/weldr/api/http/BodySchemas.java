package io.weldr.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.token.Role;

/** The schemas of bodies that are read by member. {@code OpenApiIT} compares their members with what nodes take. */
final class BodySchemas {
    private final Schemas schemas;

    BodySchemas(Schemas schemas) {
        this.schemas = schemas;
    }

    ObjectNode of(Shape.Body body) {
        return switch (body) {
            case NEW_ORIGIN -> schemas.define("NewOrigin", newOrigin());
            case ORIGIN -> schemas.define("WholeOrigin", origin());
            case ORIGIN_PATCH -> schemas.define("OriginPatch", originPatch());
            case HEALTH_POLICY -> schemas.healthPolicy();
            case HEALTH_POLICY_PATCH -> {
                schemas.healthPolicy();
                yield schemas.define(
                        "HealthPolicyPatch",
                        Schemas.said(
                                Schemas.type("object"),
                                "Members of a HealthPolicy to change. null gives a member its default again."));
            }
            case NEW_MEMBER -> schemas.define("NewMember", newMember());
            case NEXT_LEADER -> schemas.define("NextLeader", nextLeader());
            case NEW_TOKEN -> schemas.define("NewToken", newToken());
        };
    }

    private static ObjectNode text(String description) {
        return Schemas.said(Schemas.type("string"), description);
    }

    private static ObjectNode number(int least, int most, String description) {
        return Schemas.said(Schemas.type("integer").put("minimum", least).put("maximum", most), description);
    }

    private static ObjectNode body(ObjectNode properties, String... required) {
        ObjectNode body = Schemas.type("object");
        body.set("properties", properties);
        if (required.length > 0) {
            for (String member : required) {
                body.withArray("required").add(member);
            }
        }
        return body;
    }

    private ObjectNode members() {
        ObjectNode members = Schemas.object();
        members.set("url", text("http://host:port or https://host:port, without path and user information"));
        members.set(
                "id",
                Schemas.said(
                        Schemas.type("string").put("pattern", "^[A-Za-z0-9_.:\\[\\]-]{1,270}$"), "Absent: host:port"));
        members.set(
                "weight",
                number(0, Origin.WEIGHT_MAX, "Share of requests beside the other origins; 0: none. Absent: 1"));
        members.set(
                "host",
                Schemas.said(
                        Schemas.words(SchemaNames.words(HostPolicy.values())),
                        "The Host that the origin sees: the client's, or its own. Absent: preserve"));
        members.set(
                "health", Schemas.said(schemas.healthPolicy(), "Its own policy, whole or in part. Absent: the pool's"));
        members.set(
                "priority",
                number(
                        0,
                        Origin.PRIORITY_MAX,
                        "Origins of a higher number are used when too few of the lower ones are up. Absent: 0"));
        members.set(
                "connectionsMax",
                number(0, 1_000_000, "Connections of one node to it; 0: no limit. Absent: the pool's"));
        ObjectNode labels = Schemas.type("object");
        labels.set("additionalProperties", Schemas.type("string"));
        members.set("labels", Schemas.said(labels.put("maxProperties", 16), "Notes of operators"));
        return members;
    }

    private ObjectNode newOrigin() {
        return body(members(), "url");
    }

    private ObjectNode origin() {
        return body(withAdmin(members()), "url");
    }

    private ObjectNode withAdmin(ObjectNode members) {
        members.set(
                "admin",
                Schemas.said(Schemas.words(SchemaNames.words(AdminState.values())), "What an operator wants of it"));
        members.set(
                "drainFor",
                Schemas.said(
                        schemas.duration(),
                        "With draining: how long exchanges under way may take, at most 24h. Absent: 30s"));
        members.set(
                "drainDeadline",
                Schemas.said(
                        Schemas.type("string").put("format", "date-time"),
                        "With draining, in place of drainFor: until when"));
        return members;
    }

    private ObjectNode originPatch() {
        ObjectNode members = withAdmin(members());
        members.remove("id");
        members.set(
                "health",
                Schemas.said(Schemas.orNull(schemas.healthPolicy()), "null: drop its own, so that the pool's holds"));
        Schemas.orNull((ObjectNode) members.get("connectionsMax"))
                .put("description", "null: drop its own, so that the pool's holds");
        Schemas.orNull((ObjectNode) members.get("labels")).put("description", "Replaces all labels");
        return body(members);
    }

    private static ObjectNode newMember() {
        ObjectNode members = Schemas.object();
        members.set("id", memberId("The name of the node"));
        members.set("raft", text("host:port, where it listens for its peers"));
        return body(members, "id", "raft");
    }

    private static ObjectNode memberId(String description) {
        return Schemas.said(Schemas.type("string").put("pattern", "^[A-Za-z0-9_-]{1,32}$"), description);
    }

    private static ObjectNode nextLeader() {
        ObjectNode members = Schemas.object();
        members.set("to", memberId("Absent: any other member that is up to date"));
        return body(members);
    }

    private ObjectNode newToken() {
        ObjectNode members = Schemas.object();
        members.set("name", text("1 to 64 letters, digits, \"-\", \"_\" or \".\""));
        members.set("role", Schemas.said(Schemas.words(SchemaNames.words(Role.values())), "What its bearer may do"));
        members.set(
                "pools",
                Schemas.said(
                        Schemas.array(Schemas.type("string")),
                        "With operator: whose origins its bearer may change. Absent: those of all pools"));
        members.set("lifetime", Schemas.said(schemas.duration(), "1 s to 3650 days. Absent: it does not expire"));
        return body(members, "name", "role");
    }
}
