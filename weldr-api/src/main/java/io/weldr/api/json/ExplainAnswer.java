package io.weldr.api.json;

import io.weldr.api.admin.Explained;
import io.weldr.api.json.Answers.Staleness;
import io.weldr.core.port.SentHeads;
import io.weldr.wire.json.ResourceJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/explain}.
 *
 * @param action what becomes of the request
 * @param route the name of the route that takes the request; null: none does
 * @param refusal why the route refuses the client; null: it does not
 * @param status the status of the answer that weldr gives itself; null: an origin answers
 * @param location where a redirect leads
 * @param pools the pools that the request may go to
 * @param sent what an origin gets; null: no origin gets anything
 * @param responseHeaders what the route changes of the response
 * @param listener the name of the listener that the request comes to
 * @param host the host, in the form in which routes compare it
 * @param path the path, in the form in which routes compare it
 * @param considered the routes of the listener in their order of precedence, at most 100
 * @param left how many routes are left out of {@code considered}
 * @param revision the revision of the state that was asked
 */
public record ExplainAnswer(
        String action,
        @Nullable String route,
        @Nullable Integer match,
        @Nullable String refusal,
        @Nullable Integer status,
        @Nullable String location,
        List<Explained.PoolChoice> pools,
        @Nullable SentEntry sent,
        Map<String, Object> responseHeaders,
        String listener,
        String host,
        String path,
        boolean ambiguousPath,
        List<Explained.Considered> considered,
        int left,
        long revision,
        @Nullable Staleness staleness,
        List<Link> links) {

    /**
     * What an origin gets.
     *
     * @param headers what the route changes of the header fields
     * @param fields the whole header section, as the proxy of the answering node sends it
     */
    public record SentEntry(
            String target,
            @Nullable String host,
            Map<String, Object> headers,
            @Nullable String origin,
            List<SentHeads.Field> fields,
            @Nullable String refused) {
        static SentEntry of(Explained.Sent sent) {
            return new SentEntry(
                    sent.target(),
                    sent.host(),
                    ResourceJson.tree(sent.headers()),
                    sent.origin(),
                    sent.fields(),
                    sent.refused());
        }
    }

    public static ExplainAnswer of(Explained explained, @Nullable Staleness staleness) {
        Explained.Sent sent = explained.sent();
        return new ExplainAnswer(
                Answers.word(explained.action()),
                explained.route(),
                explained.match(),
                explained.refusal(),
                explained.status(),
                explained.location(),
                explained.pools(),
                sent == null ? null : SentEntry.of(sent),
                ResourceJson.tree(explained.responseHeaders()),
                explained.listener(),
                explained.host(),
                explained.path(),
                explained.ambiguousPath(),
                explained.considered(),
                explained.left(),
                explained.revision(),
                staleness,
                List.of(Link.get("routes", "/v1/routes"), Link.get("listeners", "/v1/listeners")));
    }
}
