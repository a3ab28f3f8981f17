package io.weldr.api.json;

import io.weldr.api.admin.Tokens;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.pool.PoolName;
import io.weldr.core.token.Role;
import io.weldr.core.token.TokenName;
import io.weldr.wire.json.Durations;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads the bodies of requests about tokens. Throws {@link io.weldr.api.error.ProblemException}. */
public final class TokenBodies {
    private static final String LIFETIME_EXPECTED = "a duration such as 720h";

    private TokenBodies() {}

    /** A token to be made: {@code name}, {@code role}, and maybe {@code pools} and {@code lifetime}. */
    public static Tokens.Draft created(byte[] body) {
        Fields fields = StrictJson.object(body);
        TokenName name = fields.text("name", "1 to 64 letters, digits or any of -_.", TokenName::new);
        Role role = fields.text("role", "viewer, operator or admin", TokenBodies::role);
        List<String> names = fields.textList("pools", "an array of names of pools");
        Duration lifetime = fields.textOrNumber("lifetime", LIFETIME_EXPECTED, Durations::parse, Durations::ofSeconds);
        fields.done();
        if (name == null) {
            throw fields.invalid("name", "1 to 64 letters, digits or any of -_.");
        }
        if (role == null) {
            throw fields.invalid("role", "viewer, operator or admin");
        }
        try {
            SortedSet<PoolName> pools = new TreeSet<>();
            if (names != null) {
                names.forEach(pool -> pools.add(new PoolName(pool)));
            }
            return new Tokens.Draft(name, role, pools, lifetime);
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), "a valid token")
                    .exception();
        }
    }

    private static Role role(String word) {
        for (Role role : Role.values()) {
            if (Answers.word(role).equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "role: " + io.weldr.core.Check.quote(word) + " (expected: viewer, operator or admin)");
    }
}
