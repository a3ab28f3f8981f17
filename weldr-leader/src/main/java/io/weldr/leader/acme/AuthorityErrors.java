package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeSettings.Challenge;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.JSON;

/** What a certificate authority said, in one line for the operator. Pure. */
final class AuthorityErrors {
    /** More would not be read; a problem document may list a hundred hosts. */
    private static final int PARTS_MAX = 3;

    /** Of what an authority wrote, so that some parts fit into the error of an order. */
    private static final int PART_CHARS_MAX = 400;

    private static final int LINE_CHARS_MAX = 2000;
    private static final int CAUSES_MAX = 8;
    private static final String PREFIX = "urn:ietf:params:acme:error:";

    private AuthorityErrors() {}

    /** Of a whole exchange: who did not answer, or what was answered. */
    static String line(String directory, Throwable failure) {
        AcmeServerException said = find(failure, AcmeServerException.class);
        if (said != null) {
            return limited(directory + " answers " + text(said.getProblem()));
        }
        IOException network = find(failure, IOException.class);
        if (network != null && find(failure, AcmeNetworkException.class) != null) {
            return limited(directory + " cannot be asked: " + network(network));
        }
        if (find(failure, AcmeProtocolException.class) != null) {
            return limited(directory + " answers what RFC 8555 does not allow: " + plain(failure.getMessage()));
        }
        if (failure instanceof AcmeException) {
            return limited(directory + " answers " + plain(failure.getMessage()));
        }
        return limited(directory + " gave an answer that weldr cannot use: " + plain(String.valueOf(failure)));
    }

    /** Of a challenge: the host, and the port at which the authority must reach a node of the cluster. */
    static String line(String host, Challenge challenge, @Nullable Problem problem) {
        String port = switch (challenge) {
            case HTTP_01 -> "port 80 of " + host + " (HTTP-01)";
            case TLS_ALPN_01 -> "port 443 of " + host + " (TLS-ALPN-01)";
        };
        return "the authority asked " + port + " and says: "
                + (problem == null ? "nothing of why it failed" : text(problem));
    }

    /** {@code connection: Connection refused}, and the same of its parts with their hosts (RFC 8555 section 6.7.1). */
    static String text(Problem problem) {
        List<String> texts = new ArrayList<>();
        texts.add(one(problem));
        List<Problem> parts = problem.getSubProblems();
        for (Problem part : parts.subList(0, Math.min(PARTS_MAX, parts.size()))) {
            String host = part.getIdentifier()
                    .map(who -> plain(String.valueOf(who.toMap().get("value"))) + ": ")
                    .orElse("");
            texts.add(host + one(part));
        }
        if (parts.size() > PARTS_MAX) {
            texts.add("and " + (parts.size() - PARTS_MAX) + " more");
        }
        return String.join("; ", texts);
    }

    private static String one(Problem problem) {
        String type = type(problem);
        String detail = problem.getDetail().or(problem::getTitle).orElse("");
        return detail.isEmpty() ? plain(type) : plain(type) + ": " + plain(detail);
    }

    /** As in {@code connection}; of another registry than that of ACME, the whole. */
    static String type(Problem problem) {
        String type = problem.asJSON().get("type").map(JSON.Value::asString).orElse("a problem");
        return type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
    }

    private static String network(IOException failure) {
        Throwable root = failure;
        for (int left = CAUSES_MAX; root.getCause() != null && left > 0; left--) {
            root = root.getCause();
        }
        if (root instanceof UnresolvedAddressException || root instanceof UnknownHostException) {
            return "its host name has no address";
        }
        String message = plain(root.getMessage());
        if (find(failure, SSLException.class) != null) {
            return "TLS failed: " + message + " (if the authority is a private one: is acme-ca-file set?)";
        }
        if (message.isEmpty()) {
            return root instanceof ConnectException
                    ? "it cannot be connected to"
                    : root.getClass().getSimpleName();
        }
        return message;
    }

    static <T> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int left = CAUSES_MAX; at != null && left > 0; left--) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }

    /** On one line. */
    private static String plain(@Nullable String text) {
        if (text == null) {
            return "";
        }
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(PART_CHARS_MAX).forEach(c -> line.appendCodePoint(hidden(c) ? ' ' : c));
        return line.toString().strip();
    }

    private static boolean hidden(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                || Character.getType(c) == Character.SURROGATE;
    }

    static String limited(String line) {
        return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX) + "…";
    }
}
