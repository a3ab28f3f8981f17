package io.weldr.proxy.route;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeOrder.Answer;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.http.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers to HTTP-01 challenges of certificate authorities (RFC 8555 section 8.3). Immutable. */
public final class ChallengeAnswers {
    /** No order is under way. */
    public static final ChallengeAnswers NONE = new ChallengeAnswers(Map.of());

    private static final byte[] FOLDER = Octets.ascii("/.well-known/acme-challenge/");

    private final Map<String, String> byToken;

    private ChallengeAnswers(Map<String, String> byToken) {
        this.byToken = byToken;
    }

    /** Those of a state; {@code before} where they are the same. */
    public static ChallengeAnswers of(ClusterState state, ChallengeAnswers before) {
        Map<String, String> all = new HashMap<>();
        for (Certificate certificate : state.certificates().values()) {
            AcmeOrder order = certificate.order();
            if (order != null) {
                for (Answer answer : order.answers()) {
                    if (answer.challenge() == Challenge.HTTP_01) {
                        all.put(answer.token(), answer.keyAuthorization());
                    }
                }
            }
        }
        return all.equals(before.byToken) ? before : new ChallengeAnswers(Map.copyOf(all));
    }

    /**
     * The answer to a request for a path, or null: it is none of a challenge that is known. A path of another folder
     * costs one comparison.
     *
     * @param start of the path
     * @param end of the target, its query included
     */
    public byte @Nullable [] find(byte[] bytes, int start, int end) {
        int token = start + FOLDER.length;
        if (end <= token || !Arrays.equals(bytes, start, token, FOLDER, 0, FOLDER.length)) {
            return null;
        }
        String answer = byToken.get(new String(bytes, token, end - token, StandardCharsets.US_ASCII));
        return answer == null ? null : Octets.ascii(answer);
    }
}
