package io.weldr.core.state;

import io.weldr.core.Names;
import io.weldr.core.Words;
import io.weldr.core.token.TokenName;
import org.jspecify.annotations.Nullable;

/**
 * The author of a change.
 *
 * @param name of the token, certificate or node; empty for those that have none
 * @param created of a token, the revision at which it was created: one that was made later under the same name is
 *     another one. Null for all others
 */
public record Actor(Kind kind, String name, @Nullable Long created) {
    /** Names of certificates are what their subjects say. */
    private static final int NAME_CHARS_MAX = 64;

    /** A client on loopback, without a credential. */
    public static final Actor LOCAL = new Actor(Kind.LOCAL, "", null);

    /** A client of a node that asks nobody for a credential. */
    public static final Actor ANONYMOUS = new Actor(Kind.ANONYMOUS, "", null);

    /** What proves who it is. */
    public enum Kind {
        LOCAL,
        ANONYMOUS,
        TOKEN,
        CERTIFICATE,
        NODE
    }

    public Actor {
        boolean named = kind == Kind.TOKEN || kind == Kind.CERTIFICATE || kind == Kind.NODE;
        if (kind == Kind.TOKEN) {
            new TokenName(name);
        } else if (named) {
            Names.check("actor", name, "-_.", NAME_CHARS_MAX);
        } else if (!name.isEmpty()) {
            throw new IllegalArgumentException("actor: " + kind + " with a name (expected: none)");
        }
        if ((kind == Kind.TOKEN) != (created != null)) {
            throw new IllegalArgumentException("actor: " + kind + " created at " + created
                    + " (expected: a revision for a token, and none for all others)");
        }
    }

    /** Of a token that was created at that revision. */
    public static Actor token(TokenName name, long created) {
        return new Actor(Kind.TOKEN, name.value(), created);
    }

    /** Whoever shows a client certificate of that name. */
    public static Actor certificate(String name) {
        return new Actor(Kind.CERTIFICATE, name, null);
    }

    /** A member of the cluster itself. */
    public static Actor node(MemberId id) {
        return new Actor(Kind.NODE, id.value(), null);
    }

    /** {@code local}, {@code token ci}. */
    @Override
    public String toString() {
        return name.isEmpty() ? Words.of(kind) : Words.of(kind) + " " + name;
    }
}
