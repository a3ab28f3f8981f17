package io.weldr.proxy.edit;

import io.weldr.proxy.http.Authority;
import io.weldr.proxy.http.CertifiedHosts;
import io.weldr.proxy.http.Octets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The result of the TLS handshake with a client. Lives as long as the connection; confined to its event loop. */
public final class PeerTls {
    private final String version;
    private final String cipher;
    private final byte[] serverName;
    private final boolean resumed;
    private final @Nullable CertifiedHosts certified;
    private final byte[] identity;
    private final boolean named; // the certificate is for the name that was asked for
    private byte[] covered = {}; // the authority that was found to be covered last

    /**
     * What was agreed on.
     *
     * @param version as in {@code TLSv1.3}
     * @param cipher as its library calls it
     * @param serverName lower case, that the client asked for; empty: it asked for none
     * @param certified hosts of the certificate that was presented; null: any, because the client asked for none
     * @param identity field lines that tell origins who the client is; may be empty
     */
    public PeerTls(
            String version,
            String cipher,
            String serverName,
            boolean resumed,
            @Nullable CertifiedHosts certified,
            byte[] identity) {
        this.version = version;
        this.cipher = cipher;
        this.serverName = Octets.ascii(serverName);
        this.resumed = resumed;
        this.certified = certified;
        this.identity = identity;
        named = certified != null && certified.cover(serverName);
    }

    /**
     * Whether the certificate that the client was shown is for the host of {@code authority[from, to)} (RFC 9110
     * section 7.4). A client that reuses a connection for another host is answered for that host by its certificate
     * alone (RFC 9113 section 9.1.1).
     */
    public boolean covers(byte[] authority, int from, int to) {
        if (certified == null) {
            return true;
        }
        int end = Authority.hostEnd(authority, from, to);
        if ((named && Octets.equalsIgnoreCase(authority, from, end, serverName))
                || Arrays.equals(authority, from, to, covered, 0, covered.length)) {
            return true;
        }
        if (!certified.coverAuthority(authority, from, to)) {
            return false;
        }
        covered = Arrays.copyOfRange(authority, from, to);
        return true;
    }

    public String version() {
        return version;
    }

    public String cipher() {
        return cipher;
    }

    /** Lower case; empty: none was asked for. Not to be changed. */
    public byte[] serverName() {
        return serverName;
    }

    /** Whether a session of before was resumed. */
    public boolean resumed() {
        return resumed;
    }

    /** Field lines for origins. Not to be changed. */
    byte[] identity() {
        return identity;
    }
}
