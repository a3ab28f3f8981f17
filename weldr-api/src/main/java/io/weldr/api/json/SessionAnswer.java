package io.weldr.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.weldr.api.auth.Caller;
import io.weldr.api.json.Answers.ActorEntry;
import io.weldr.core.Words;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /ui/session}: who asks, and what that one may do.
 *
 * @param node the id of the node that answers
 * @param version the version of its program
 * @param actor who asks
 * @param role the role of the actor
 * @param pools whose origins an operator may change; empty: those of all pools
 * @param signedIn whether a session says who it is
 * @param ends when the session is over; null: there is none
 */
public record SessionAnswer(
        String node,
        String version,
        ActorEntry actor,
        String role,
        List<String> pools,
        boolean signedIn,
        @JsonInclude @Nullable String ends,
        List<Link> links) {
    public static final String PATH = "/ui/session";

    public static SessionAnswer of(MemberId node, String version, Caller caller) {
        return new SessionAnswer(
                node.value(),
                version,
                ActorEntry.of(caller.actor()),
                Words.of(caller.role()),
                caller.pools().stream().map(PoolName::value).toList(),
                caller.bySession(),
                caller.sessionEnds() == null ? null : caller.sessionEnds().toString(),
                List.of(
                        Link.get("self", PATH),
                        new Link("sign-in", PATH, "POST"),
                        new Link("sign-out", PATH, "DELETE")));
    }
}
