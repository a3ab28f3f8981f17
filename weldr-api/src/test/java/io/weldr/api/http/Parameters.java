package io.weldr.api.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.HistoryPage;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.http.Resource.Described;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters of operations: of the path, of the query, and header fields. Those with a name of their own are shared. */
final class Parameters {
    private static final Pattern PART = Pattern.compile(":(\\w+)");
    private static final String NAME = "^[A-Za-z0-9_.-]{1,64}$";

    private final TreeMap<String, ObjectNode> shared = new TreeMap<>();

    /** Components, by their names. */
    Map<String, ObjectNode> shared() {
        return shared;
    }

    ArrayNode of(Described told) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        Matcher parts = PART.matcher(told.path());
        while (parts.find()) {
            all.add(ofPath(parts.group(1), told.path()));
        }
        told.parameters().forEach(name -> all.add(ofQuery(name, told.path())));
        for (Trait trait : Trait.values()) {
            if (told.description().traits().contains(trait)) {
                ofHeader(trait, all);
            }
        }
        return all;
    }

    private ObjectNode share(String component, ObjectNode parameter) {
        shared.putIfAbsent(component, parameter);
        return Schemas.object().put("$ref", "#/components/parameters/" + component);
    }

    private static ObjectNode parameter(String in, String name, String description, ObjectNode schema) {
        ObjectNode parameter = Schemas.object().put("name", name).put("in", in).put("description", description);
        parameter.set("schema", schema);
        return parameter;
    }

    private ObjectNode ofPath(String name, String path) {
        return switch (name) {
            case "pool", "listener", "route", "certificate", "token" ->
                share(name + "Name", part(name, "The name of the " + name, text(NAME)));
            case "ip" ->
                share(
                        "host",
                        part("ip", "A name, an IPv4 address, or an IPv6 address with or without brackets", text()));
            case "port" -> share("port", part("port", "The port of the origin", number(1, 65_535)));
            case "id" ->
                path.startsWith("/v1/cluster")
                        ? share("memberId", part("id", "The id of the member", memberId()))
                        : share("originId", part("id", "The id of the origin", text()));
            default -> throw new IllegalStateException("say what " + name + " is in " + path);
        };
    }

    private static ObjectNode part(String name, String description, ObjectNode schema) {
        return parameter("path", name, description, schema).put("required", true);
    }

    private static ObjectNode text() {
        return Schemas.type("string");
    }

    private static ObjectNode text(String pattern) {
        return text().put("pattern", pattern);
    }

    private static ObjectNode memberId() {
        return text("^[A-Za-z0-9_-]{1,32}$");
    }

    private static ObjectNode number(long least, long most) {
        return Schemas.type("integer").put("minimum", least).put("maximum", most);
    }

    private static ObjectNode revision() {
        return Schemas.type("integer").put("format", "int64").put("minimum", 0);
    }

    private ObjectNode ofQuery(String name, String path) {
        boolean samples = path.equals("/v1/samples");
        boolean changes = path.equals("/v1/history") || path.equals("/v1/watch");
        return switch (name) {
            case "consistency" ->
                shared(
                        name,
                        "stale: from what the node has applied, which needs no quorum",
                        Schemas.words(List.of("linearizable", "stale")).put("default", "linearizable"));
            case "wait" ->
                shared(
                        name,
                        "applied: answer once every reachable member serves by the write, or after 5 s",
                        Schemas.words(List.of("committed", "applied")).put("default", "committed"));
            case "drain" ->
                shared(
                        name,
                        "How long the member goes on proxying, at most 1h. Absent: its drain-timeout",
                        text(Schemas.DURATION_PATTERN));
            case "force" ->
                shared(name, "Without draining", Schemas.type("boolean").put("default", false));
            case "started" ->
                shared(
                        name,
                        "Refuse unless the process of the member started then. Absent: whenever it started",
                        Schemas.type("string").put("format", "date-time"));
            case "safe" ->
                shared(
                        name,
                        "Refuse unless the cluster goes on without the member",
                        Schemas.type("boolean").put("default", false));
            case "verbose" -> shared(name, "Say more", text());
            case "after" ->
                samples
                        ? query(name, "Only the part of the series after this Unix time", revision())
                        : shared(name, "The changes after this revision", revision());
            case "before" -> shared(name, "The last changes before this revision", revision());
            case "limit" ->
                shared(name, "How many changes", number(1, HistoryPage.SIZE_MAX).put("default", 100));
            case "by" ->
                shared(
                        name,
                        "Who asked for the changes: operators, or the cluster itself. Absent: both",
                        Schemas.words(List.of("operator", "cluster")));
            case "kind" ->
                shared(
                        name,
                        "What the changes are about. Absent: anything",
                        Schemas.array(Schemas.words(SchemaNames.words(ChangeFilter.Subject.values()))));
            case "name" -> {
                if (!changes) {
                    throw unsaid(name, path);
                }
                yield shared(name, "The subject of the changes. Absent: any", text());
            }
            case "series" ->
                shared(
                        name,
                        "none: only the latest sample. all: also those of the last hour",
                        Schemas.words(List.of("none", "all")).put("default", "all"));
            case "pool" -> query(name, "Whose series. Absent: each node as a whole", text(NAME));
            case "method" -> shared(name, "The method of the request", text().put("default", "GET"));
            case "member" -> query(name, "The id of the member. Absent: the answering node", memberId());
            case "url" -> shared(name, "http://host[:port]/path[?query], or https", text());
            case "header" -> shared(name, "A header field of the request, as name: value", Schemas.array(text()));
            case "client" -> shared(name, "The address of the client", text().put("default", "192.0.2.1"));
            case "listener" -> shared(name, "The listener that the request comes to", text(NAME));
            default -> throw unsaid(name, path);
        };
    }

    private static IllegalStateException unsaid(String name, String path) {
        return new IllegalStateException("say what the parameter " + name + " of " + path + " is");
    }

    private static ObjectNode query(String name, String description, ObjectNode schema) {
        ObjectNode query = parameter("query", name, description, schema);
        switch (name) {
            case "url" -> query.put("required", true);
            case "verbose" -> query.put("allowEmptyValue", true);
            case "kind" -> query.put("style", "form").put("explode", false);
            default -> {}
        }
        return query;
    }

    private ObjectNode shared(String name, String description, ObjectNode schema) {
        return share(name, query(name, description, schema));
    }

    private void ofHeader(Trait trait, ArrayNode to) {
        switch (trait) {
            case REVALIDATED ->
                to.add(header("ifNoneMatch", "If-None-Match", "Entity tags: 304 while nothing has changed", text()));
            case IF_MATCH ->
                to.add(header("ifMatch", "If-Match", "Entity tags, or *: 412 unless the resource has one", text()));
            case IF_NEW ->
                to.add(header("ifNew", "If-None-Match", "*: 412 if there is one already", Schemas.words(List.of("*"))));
            case IDEMPOTENT ->
                to.add(header(
                        "idempotencyKey",
                        "Idempotency-Key",
                        "Names the write: the same key with the same request, through any node, is carried out once",
                        text("^[\\x21-\\x7E]{1,82}$")));
            case REASON ->
                to.add(header(
                        "reason",
                        "Weldr-Reason",
                        "Why, for the history: one line of up to 256 characters",
                        text().put("maxLength", 256)));
            case LAST_EVENT ->
                to.add(header("lastEventId", "Last-Event-ID", "The revision after which to go on", revision()));
            case TAGGED, LOCATED, MISSING, OF_REVISION, COOKIE -> {} // of answers
        }
    }

    private ObjectNode header(String component, String name, String description, ObjectNode schema) {
        return share(component, parameter("header", name, description, schema));
    }
}
