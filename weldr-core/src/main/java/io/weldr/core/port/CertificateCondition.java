package io.weldr.core.port;

import io.weldr.core.certificate.CertificateName;
import java.time.Instant;

/**
 * The condition of a certificate on one node.
 *
 * @param reason why, in words; empty with {@link State#LOADED}
 * @param since when the node found it so
 */
public record CertificateCondition(CertificateName name, State state, String reason, Instant since) {

    /** How a certificate stands on a node. */
    public enum State {
        /** It is presented. */
        LOADED,
        /** No authority has issued it yet. */
        NOT_ISSUED,
        /** It cannot be used. The one before it, if there is one, is presented still. */
        FAILED
    }
}
