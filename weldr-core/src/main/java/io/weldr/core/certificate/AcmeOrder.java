package io.weldr.core.certificate;

import io.weldr.core.Check;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order of a certificate that is under way, or the one that failed last: what a new leader needs to go on where the
 * last one was.
 *
 * @param url of the order at the authority (RFC 8555 section 7.1.3); null: there is none, and a new one begins at
 *     {@code notBefore}
 * @param key PKCS#8 of the certificate to come, sealed for {@link KeyOwner#of(CertificateName)}; null as {@code url}.
 *     It is committed before the order is finalised, so that no leader holds a certificate whose key is lost
 * @param answers to the challenges, which every node gives to whoever asks
 * @param failures consecutive ones
 * @param notBefore no new order begins before it
 * @param error why the last one failed, in one line; null: none did
 */
public record AcmeOrder(
        @Nullable String url,
        @Nullable Sealed key,
        List<Answer> answers,
        int failures,
        Instant notBefore,
        @Nullable String error) {
    private static final int TOKEN_CHARS_MAX = 512;
    private static final int ERROR_CHARS_MAX = 2048;
    private static final int URL_CHARS_MAX = 2048;

    /**
     * An answer to a challenge.
     *
     * @param host whom it is about, lower case
     * @param token of the challenge, Base64url; it stands in the path of HTTP-01
     * @param keyAuthorization token and thumbprint of the account's key (RFC 8555 section 8.1)
     */
    public record Answer(String host, AcmeSettings.Challenge challenge, String token, String keyAuthorization) {
        public Answer {
            Check.that(
                    token.matches("[A-Za-z0-9_-]+") && token.length() <= TOKEN_CHARS_MAX,
                    "token",
                    token,
                    "1 to " + TOKEN_CHARS_MAX + " characters of Base64url");
            Check.atMost("keyAuthorization", keyAuthorization.length(), 2 * TOKEN_CHARS_MAX);
        }
    }

    public AcmeOrder {
        answers = List.copyOf(answers);
        Check.atMost("answers", answers.size(), IssuedChain.HOSTS_MAX);
        Check.inRange("failures", failures, 0, Integer.MAX_VALUE);
        Check.atMost("order", url == null ? 0 : url.length(), URL_CHARS_MAX);
        Check.atMost("error", error == null ? 0 : error.length(), ERROR_CHARS_MAX);
        Check.that((url == null) == (key == null), "key", String.valueOf(key), "a key where there is an order");
    }
}
