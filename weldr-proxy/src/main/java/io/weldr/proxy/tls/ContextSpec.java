package io.weldr.proxy.tls;

import io.weldr.core.listener.ListenerTls.ClientCertificates;
import io.weldr.core.listener.ListenerTls.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of TLS sessions with a certificate, beside the certificate.
 *
 * @param authorities PEM, the authorities of clients; null: clients show no certificates
 * @param protocols that are chosen from by ALPN, the best first
 */
public record ContextSpec(
        TlsPolicy policy,
        ClientCertificates clients,
        @Nullable String authorities,
        List<String> protocols) {

    public ContextSpec {
        protocols = List.copyOf(protocols);
    }

    /**
     * Names the rules by which clients are known. Sessions resume only where these are the same: a session must not
     * carry a client past an authority that would not have let it in (RFC 8446 section 4.6.1; CVE-2025-23419 of nginx).
     * The same on every node.
     */
    public String clientPolicy() {
        if (clients == ClientCertificates.NONE) {
            return "none";
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((clients + "\n" + authorities).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether clients are asked for a certificate. */
    boolean asksClients() {
        return clients != ClientCertificates.NONE;
    }

    /** Whether TLS 1.2 is spoken, beside TLS 1.3. */
    boolean allowsTls12() {
        return policy == TlsPolicy.INTERMEDIATE;
    }
}
