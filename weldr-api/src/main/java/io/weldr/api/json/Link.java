package io.weldr.api.json;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A link in an answer.
 *
 * @param rel what the link leads to
 * @param href a path on the same node
 * @param method null: GET
 */
public record Link(String rel, String href, @Nullable String method) {
    /** A link to read. */
    public static Link get(String rel, String href) {
        return new Link(rel, href, null);
    }

    /** The path of an origin by host and port, as the simple API has it. */
    public static String server(Origin origin) {
        return "/servers/" + origin.url().address().host() + "/"
                + origin.url().address().port();
    }

    /** The path of a pool. */
    public static String pool(PoolName pool) {
        return "/v1/pools/" + pool;
    }

    /** The path of an origin by id. */
    public static String origin(PoolName pool, OriginId id) {
        return pool(pool) + "/origins/"
                + URLEncoder.encode(id.value(), StandardCharsets.UTF_8).replace("%3A", ":");
    }

    static List<Link> ofOrigin(PoolName pool, Origin origin) {
        String byId = origin(pool, origin.id());
        String self = pool.equals(PoolName.DEFAULT) ? server(origin) : byId;
        return List.of(get("self", self), new Link("delete", self, "DELETE"), new Link("update", byId, "PATCH"));
    }
}
