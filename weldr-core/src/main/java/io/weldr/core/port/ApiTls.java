package io.weldr.core.port;

import io.weldr.core.state.Actor;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * By what the API of a node speaks TLS with its clients. Any thread; nothing here blocks but the first use of a new
 * key, for the milliseconds that a certificate takes.
 */
public interface ApiTls {
    /** Shows the certificate of the API. What it shows changes while it is used. */
    X509ExtendedKeyManager keys();

    /** Accepts the certificates of clients, who need not show one. */
    X509ExtendedTrustManager trust();

    /**
     * Who shows a certificate that {@link #trust} has accepted, with the role admin; null: it is not accepted any more.
     */
    @Nullable Actor client(X509Certificate certificate);
}
