package io.weldr.core.pool;

import io.weldr.core.Check;
import io.weldr.core.certificate.CertificateName;
import org.jspecify.annotations.Nullable;

/**
 * The TLS settings for https origins of a pool.
 *
 * @param authorities PEM, the authorities of the origins; null: those of the node
 * @param serverName that origins are asked for and have to be certified for; null: the host of each origin's URL
 * @param clientCertificate shown to origins that ask for one; null: none
 * @param insecureSkipVerify whether any certificate is taken. Whoever can redirect the connection reads and changes
 *     everything
 */
public record OriginTlsPolicy(
        @Nullable String authorities,
        @Nullable String serverName,
        @Nullable CertificateName clientCertificate,
        boolean insecureSkipVerify) {
    /** The origin's own host, certified by whom the node trusts. */
    public static final OriginTlsPolicy DEFAULT = new OriginTlsPolicy(null, null, null, false);

    /** Some dozen authorities. 256 pools with as much take 16 MiB. */
    public static final int AUTHORITIES_CHARS_MAX = 64 * 1024;

    private static final int NAME_CHARS_MAX = 253;

    public OriginTlsPolicy {
        Check.atMost("tls.authorities", authorities == null ? 0 : authorities.length(), AUTHORITIES_CHARS_MAX);
        Check.that(
                authorities == null || authorities.contains("-----BEGIN CERTIFICATE-----"),
                "tls.authorities",
                String.valueOf(authorities),
                "certificates in PEM, from -----BEGIN CERTIFICATE----- on");
        if (serverName != null) {
            Check.that(
                    serverName.length() <= NAME_CHARS_MAX
                            && serverName.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"),
                    "tls.serverName",
                    serverName,
                    "a DNS name, as in origin.example.com");
        }
        Check.that(
                authorities == null || !insecureSkipVerify,
                "tls.authorities",
                "certificates",
                "none, because tls.insecureSkipVerify takes any certificate");
    }
}
