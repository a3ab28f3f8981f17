package io.weldr.core.state;

import io.weldr.core.Check;
import org.jspecify.annotations.Nullable;

/**
 * The author of a change, the address of the author, and the reason.
 *
 * @param address of the client, as the node that took the request saw it: {@code 10.0.0.7:51212}; null for nodes
 * @param reason what the client said; null: nothing
 */
public record Attribution(
        Actor actor, @Nullable String address, @Nullable String reason) {
    /** Of a reason. It stands on one line of the history. */
    public static final int REASON_CHARS_MAX = 256;

    private static final int ADDRESS_CHARS_MAX = 128;

    public Attribution {
        if (address != null) {
            Check.atMost("address", address.length(), ADDRESS_CHARS_MAX);
        }
        if (reason != null) {
            checkReason(reason);
        }
    }

    /** Of what a node decides by itself. */
    public static Attribution of(Actor actor) {
        return new Attribution(actor, null, null);
    }

    /** Returns {@code reason} if it is 1 to {@value #REASON_CHARS_MAX} characters on one line. */
    public static String checkReason(String reason) {
        Check.that(!reason.isBlank(), "reason", reason, "why the change is made");
        Check.atMost("characters of the reason", reason.length(), REASON_CHARS_MAX);
        Check.that(reason.chars().noneMatch(Character::isISOControl), "reason", reason, "one line");
        return reason;
    }
}
