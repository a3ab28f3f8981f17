package io.weldr.proxy.edit;

import io.weldr.proxy.http.Octets;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The error pages of a listener, by the class of the status. Immutable. */
public final class ErrorPages {

    /** None: weldr says it in its own words. */
    public static final ErrorPages NONE = new ErrorPages(null, null);

    private final @Nullable Page clientErrors;
    private final @Nullable Page serverErrors;

    /** A page, ready to be sent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Page(byte[] contentType, byte[] body) {
        /** A page whose body is sent as UTF-8. */
        public static Page of(String contentType, String body) {
            return new Page(Octets.ascii(contentType), body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Pages for errors.
     *
     * @param clientErrors for 400 to 499; null: none
     * @param serverErrors for 500 to 599; null: none
     */
    public ErrorPages(@Nullable Page clientErrors, @Nullable Page serverErrors) {
        this.clientErrors = clientErrors;
        this.serverErrors = serverErrors;
    }

    /** The page for a status; null: there is none. */
    @Nullable Page of(int status) {
        return switch (status / 100) {
            case 4 -> clientErrors;
            case 5 -> serverErrors;
            default -> null;
        };
    }
}
