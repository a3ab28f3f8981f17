package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.Names;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that binds a client to an origin (RFC 6265 section 4.1). Its value is a token that the cluster secret
 * makes: it cannot be forged and names no address.
 *
 * @param name a token; two pools that clients reach by one host need two
 * @param lifetime {@code Max-Age}, 1 s to 400 days (the longest that browsers take); null: until the browser ends
 */
public record StickyCookie(
        String name,
        boolean secure,
        boolean httpOnly,
        SameSite sameSite,
        @Nullable Duration lifetime) {
    private static final Duration LIFETIME_MAX = Duration.ofDays(400);

    /**
     * The name that the cookie of a pool has if nobody says another: the answers of two pools do not replace each
     * other's cookie.
     */
    public static String nameFor(String pool) {
        return "weldr-" + pool;
    }

    /** Which requests of other sites carry it (RFC 6265bis section 5.6.7). */
    public enum SameSite {
        STRICT,
        LAX,
        NONE
    }

    public StickyCookie {
        Names.checkToken("sticky.name", name);
        Check.that(
                sameSite != SameSite.NONE || secure,
                "sticky.sameSite",
                "none",
                "secure, too: browsers drop a cookie with SameSite=None that is not Secure");
        if (lifetime != null) {
            Check.inRange("sticky.lifetime", lifetime, Duration.ofSeconds(1), LIFETIME_MAX);
        }
    }
}
