package io.weldr.core.port;

import io.weldr.core.state.MemberId;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * By what members prove to each other who they are, on the Raft port. Any thread; nothing here blocks but the first use
 * of a new key, for the milliseconds that a certificate takes.
 */
public interface MemberTls {
    /** Shows the certificate of this node. What it shows changes while it is used. */
    X509ExtendedKeyManager keys();

    /**
     * Accepts the certificates of members, and says in the message of its exception why it does not accept another. It
     * does not look at host names: the certificate names the node.
     */
    X509ExtendedTrustManager trust();

    /** Which member a certificate that {@link #trust} has accepted is of; null: it is not accepted any more. */
    @Nullable MemberId member(X509Certificate certificate);

    /**
     * Grows whenever this node shows a certificate of another authority, or accepts other authorities: connections are
     * to be made anew then. It does not grow when a certificate is renewed.
     */
    long generation();

    /** Whether members may also speak without TLS, as while a cluster moves to TLS: accepted, and tried second. */
    boolean plainToo();
}
