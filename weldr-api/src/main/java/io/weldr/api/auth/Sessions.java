package io.weldr.api.auth;

import io.weldr.core.port.SessionSigner;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a browser keeps of a sign-in: which token was shown, signed, in a cookie that no script reads and that goes to
 * this host alone (RFC 6265bis section 4.1.3.2). It is not the token, and cannot be made from one. The log knows the
 * token, so a session ends with it, on every node. Any thread.
 */
public final class Sessions {
    /** Name of the cookie. Browsers take it only by TLS, or from loopback, and only for all paths of one host. */
    public static final String COOKIE = "__Host-weldr-session";

    /** A day's work; whoever comes back signs in again. */
    public static final Duration LIFETIME_MAX = Duration.ofHours(12);

    private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=";

    private final SessionSigner signer;
    private final InstantSource clock;

    public Sessions(SessionSigner signer, InstantSource clock) {
        this.signer = signer;
        this.clock = clock;
    }

    /**
     * A sign-in.
     *
     * @param created revision at which the token was made: another one may have its name later
     * @param ends with the token, or after {@link #LIFETIME_MAX}
     */
    public record Session(TokenName token, long created, Instant ends) {
        private String text() {
            return created + "." + ends.getEpochSecond() + "." + token;
        }
    }

    /** The value of a {@code Set-Cookie} field for whoever has shown that token. */
    public String begin(Token token) {
        Instant now = clock.instant();
        Instant ends = now.plus(LIFETIME_MAX);
        Instant expires = token.expires();
        if (expires != null && expires.isBefore(ends)) {
            ends = expires;
        }
        Session session = new Session(token.name(), token.stamp().created(), ends);
        String text = session.text();
        return COOKIE + "=" + signer.sign(text) + "." + text + ATTRIBUTES
                + Math.max(0, Duration.between(now, ends).toSeconds());
    }

    /** The value of a {@code Set-Cookie} field that has the browser forget. */
    public static String end() {
        return COOKIE + "=" + ATTRIBUTES + "0";
    }

    /**
     * The session of a request; null: there is none, it is not of this cluster, or it is over. What is not valid is as
     * if it were not there: browsers send cookies of one host to every port of it, and thus to other clusters, too.
     *
     * @param cookies every {@code Cookie} field
     */
    @Nullable Session of(List<String> cookies) {
        for (String field : cookies) {
            for (String pair : field.split(";", -1)) {
                String cookie = pair.strip();
                if (cookie.startsWith(COOKIE + "=")) {
                    Session session = session(cookie.substring(COOKIE.length() + 1));
                    if (session != null) {
                        return session;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable Session session(String value) {
        String[] parts = value.split("\\.", 4); // the name of a token may have dots
        if (parts.length < 4) {
            return null;
        }
        String text = value.substring(parts[0].length() + 1);
        if (!signer.signed(text, parts[0])) {
            return null;
        }
        try {
            Session session = new Session(
                    new TokenName(parts[3]), Long.parseLong(parts[1]), Instant.ofEpochSecond(Long.parseLong(parts[2])));
            return clock.instant().isBefore(session.ends()) ? session : null;
        } catch (IllegalArgumentException | DateTimeException e) {
            return null; // signed by a later version, which has another form
        }
    }
}
