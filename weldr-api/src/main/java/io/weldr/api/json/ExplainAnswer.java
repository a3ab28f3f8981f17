package io.weldr.api.json;

import io.weldr.api.admin.Explained;
import io.weldr.api.json.Answers.Staleness;
import io.weldr.wire.json.ResourceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/explain}. */
public final class ExplainAnswer {
    private ExplainAnswer() {}

    public static Map<String, Object> of(Explained explained, @Nullable Staleness staleness) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("action", Answers.word(explained.action()));
        put(answer, "route", explained.route());
        put(answer, "match", explained.match());
        put(answer, "refusal", explained.refusal());
        put(answer, "status", explained.status());
        put(answer, "location", explained.location());
        answer.put("pools", explained.pools());
        Explained.Sent sent = explained.sent();
        if (sent != null) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("target", sent.target());
            put(members, "host", sent.host());
            members.put("headers", ResourceJson.tree(sent.headers()));
            put(members, "origin", sent.origin());
            members.put("fields", sent.fields());
            put(members, "refused", sent.refused());
            answer.put("sent", members);
        }
        answer.put("responseHeaders", ResourceJson.tree(explained.responseHeaders()));
        answer.put("listener", explained.listener());
        answer.put("host", explained.host());
        answer.put("path", explained.path());
        answer.put("ambiguousPath", explained.ambiguousPath());
        answer.put("considered", explained.considered());
        answer.put("left", explained.left());
        answer.put("revision", explained.revision());
        put(answer, "staleness", staleness);
        answer.put("links", List.of(Link.get("routes", "/v1/routes"), Link.get("listeners", "/v1/listeners")));
        return answer;
    }

    private static void put(Map<String, Object> answer, String name, @Nullable Object value) {
        if (value != null) {
            answer.put(name, value);
        }
    }
}
