package io.weldr.api.json;

import io.weldr.api.admin.Tokens;
import io.weldr.api.admin.Written;
import io.weldr.api.json.Answers.AppliedEntry;
import io.weldr.api.json.Answers.Staleness;
import io.weldr.core.pool.PoolName;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers on tokens. Nothing of a hash is in it. */
public final class TokenAnswers {
    public static final String PATH = "/v1/tokens";

    private TokenAnswers() {}

    /**
     * A token.
     *
     * @param name the name of the token
     * @param pools the pools whose origins an operator may change; null: all pools
     * @param expires when it expires; null: never
     * @param revision the revision of its creation: its {@code ETag}
     * @param token what a client shows; there only in the answer to whoever made it
     */
    public record TokenEntry(
            String name,
            String role,
            @Nullable List<String> pools,
            @Nullable String expires,
            long revision,
            @Nullable String token,
            @Nullable List<AppliedEntry> applied,
            @Nullable Staleness staleness,
            List<Link> links) {}

    /**
     * {@code GET /v1/tokens}.
     *
     * @param tokens by their names
     */
    public record TokenList(
            List<TokenEntry> tokens,
            long revision,
            @Nullable Staleness staleness,
            List<Link> links) {}

    /**
     * What a removal answers.
     *
     * @param removed the name of the token
     */
    public record RemovedToken(
            String removed, long revision, @Nullable List<AppliedEntry> applied, List<Link> links) {}

    /** All of them. */
    public static TokenList list(List<Token> tokens, long revision, @Nullable Staleness staleness) {
        return new TokenList(
                tokens.stream().map(token -> entry(token, null, null, null)).toList(),
                revision,
                staleness,
                List.of(Link.get("self", PATH), new Link("create", PATH, "POST")));
    }

    /** One, as a read gives it. */
    public static TokenEntry one(Token token, @Nullable Staleness staleness) {
        return entry(token, null, null, staleness);
    }

    /** One that was made, with its text. */
    public static TokenEntry made(Tokens.Made made) {
        return entry(
                made.token(),
                made.text().reveal(),
                AppliedEntry.of(made.written().applied()),
                null);
    }

    /** One that is not there any more. */
    public static RemovedToken removed(TokenName name, Written written) {
        return new RemovedToken(
                name.value(),
                written.revision(),
                AppliedEntry.of(written.applied()),
                List.of(Link.get("tokens", PATH)));
    }

    /** Where a token is. */
    public static String path(TokenName name) {
        return PATH + "/" + name;
    }

    private static TokenEntry entry(
            Token token, @Nullable String text, @Nullable List<AppliedEntry> applied, @Nullable Staleness staleness) {
        String self = path(token.name());
        return new TokenEntry(
                token.name().value(),
                Answers.word(token.role()),
                token.pools().isEmpty()
                        ? null
                        : token.pools().stream().map(PoolName::value).toList(),
                token.expires() == null ? null : token.expires().toString(),
                token.stamp().modified(),
                text,
                applied,
                staleness,
                List.of(Link.get("self", self), new Link("delete", self, "DELETE"), Link.get("tokens", PATH)));
    }
}
