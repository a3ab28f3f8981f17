package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Names;
import io.weldr.core.Words;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The key of a hash, a weighted split or a rate limit: requests with the same key belong together.
 *
 * @param name of the header field, in lower case, or of the cookie; null for the other sources
 */
public record RequestKey(Source source, @Nullable String name) {
    /** The address of the client, or the one that a trusted peer tells. */
    public static final RequestKey CLIENT_ADDRESS = new RequestKey(Source.CLIENT_ADDRESS, null);

    /** Where the key comes from. */
    public enum Source {
        CLIENT_ADDRESS,
        HEADER,
        COOKIE,
        /** The path, without the query. */
        PATH
    }

    public RequestKey {
        boolean named = source == Source.HEADER || source == Source.COOKIE;
        Check.that(
                named == (name != null),
                "name",
                String.valueOf(name),
                named ? "the name of the " + Words.of(source) : "no name with the source " + Words.of(source));
        if (name != null) {
            name = source == Source.HEADER ? name.toLowerCase(Locale.ROOT) : name;
            Names.checkToken("name", name);
        }
    }

    /** {@code client-address}, {@code header x-tenant}. */
    @Override
    public String toString() {
        return name == null ? Words.of(source) : Words.of(source) + " " + name;
    }
}
