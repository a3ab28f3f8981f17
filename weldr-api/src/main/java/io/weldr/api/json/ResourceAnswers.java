package io.weldr.api.json;

import io.weldr.api.admin.CertificateFacts;
import io.weldr.api.admin.ListenerBinding;
import io.weldr.api.admin.ResourceEntry;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.admin.ResourceWritten;
import io.weldr.api.json.Answers.AppliedEntry;
import io.weldr.api.json.Answers.ConditionEntry;
import io.weldr.api.json.Answers.Staleness;
import io.weldr.wire.json.ResourceJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers on pools, listeners, routes and certificates: the members of the resource, and its links. */
public final class ResourceAnswers {
    private ResourceAnswers() {}

    /** All of a kind. */
    public static Map<String, Object> list(
            ResourceKind<?, ?> kind, List<ResourceEntry> entries, long revision, @Nullable Staleness staleness) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                kind.plural(), entries.stream().map(entry -> one(entry, null)).toList());
        answer.put("revision", revision);
        putIfPresent(answer, "staleness", staleness);
        String path = path(kind);
        answer.put("links", List.of(Link.get("self", path), new Link("create", path, "POST")));
        return answer;
    }

    /** One, as a read gives it. */
    public static Map<String, Object> one(ResourceEntry entry, @Nullable Staleness staleness) {
        Map<String, Object> answer = members(entry);
        putIfPresent(answer, "staleness", staleness);
        answer.put("links", links(entry));
        return answer;
    }

    /** One, as a write leaves it. */
    public static Map<String, Object> written(ResourceWritten done) {
        Map<String, Object> answer = members(done.entry());
        putWritten(answer, done);
        answer.put("links", links(done.entry()));
        return answer;
    }

    /** One that is not there any more. */
    public static Map<String, Object> removed(ResourceWritten done) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("removed", members(done.entry()));
        answer.put("revision", done.written().revision());
        putWritten(answer, done);
        answer.put(
                "links",
                List.of(Link.get(done.entry().kind().plural(), path(done.entry().kind()))));
        return answer;
    }

    private static void putWritten(Map<String, Object> answer, ResourceWritten done) {
        answer.put("effect", Answers.word(done.written().effect()));
        answer.put("warnings", done.warnings());
        putIfPresent(answer, "applied", AppliedEntry.of(done.written().applied()));
    }

    private static Map<String, Object> members(ResourceEntry entry) {
        Map<String, Object> members = ResourceJson.tree(entry.message());
        putIfPresent(members, "origins", entry.origins());
        List<ListenerBinding> bindings = entry.bindings();
        if (bindings != null) {
            members.put("conditions", bindings.stream().map(ConditionEntry::of).toList());
        }
        CertificateFacts certificate = entry.certificate();
        if (certificate != null) {
            CertificateAnswers.put(members, certificate);
        }
        members.put("revision", entry.stamp().modified());
        members.put("createdRevision", entry.stamp().created());
        return members;
    }

    private static void putIfPresent(Map<String, Object> answer, String name, @Nullable Object value) {
        if (value != null) {
            answer.put(name, value);
        }
    }

    private static List<Link> links(ResourceEntry entry) {
        String self = path(entry);
        List<Link> links = new ArrayList<>();
        links.add(Link.get("self", self));
        if (entry.origins() != null) {
            links.add(Link.get("origins", self + "/origins"));
            links.add(Link.get("probes", self + "/probes"));
            links.add(Link.get("health", self + "/health"));
        }
        links.add(new Link("replace", self, "PUT"));
        links.add(new Link("update", self, "PATCH"));
        links.add(new Link("delete", self, "DELETE"));
        links.add(Link.get(entry.kind().plural(), path(entry.kind())));
        return links;
    }

    /** Where all of a kind are. */
    public static String path(ResourceKind<?, ?> kind) {
        return "/v1/" + kind.plural();
    }

    /** Where it is. */
    public static String path(ResourceEntry entry) {
        return path(entry.kind()) + "/" + entry.name();
    }
}
