package io.weldr.trust;

import io.weldr.core.state.MemberId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/** Which member a certificate names. */
final class MemberNames {
    /** Followed by the id of a member, as a name of the type URI (RFC 5280 section 4.2.1.6). */
    static final String URI = "weldr://member/";

    /** Followed by the fingerprint of the secret: the common name of an authority. */
    static final String AUTHORITY = "weldr cluster ";

    private static final int TYPE_URI = 6;

    /** Followed by the id of the member whose API shows the certificate. */
    static final String API = "weldr://api/";

    /** Followed by the name of an administrator who has the secret. */
    static final String ADMINISTRATOR = "weldr://admin/";

    private MemberNames() {}

    /** The administrator that a certificate names; null: none. */
    static @Nullable String administrator(X509Certificate certificate) {
        String name = uri(certificate, ADMINISTRATOR);
        return name != null && name.matches("[A-Za-z0-9._-]{1,64}") ? name : null;
    }

    /**
     * Whether a URI of the certificate names a member. The common name, which an operator may have chosen, does not
     * count.
     */
    static boolean namesMember(X509Certificate certificate) {
        return uri(certificate, URI) != null;
    }

    /** Whether the certificate is that of a node, as a member or as a server of the API. */
    static boolean namesNode(X509Certificate certificate) {
        return uri(certificate, API) != null || namesMember(certificate);
    }

    private static @Nullable String uri(X509Certificate certificate, String prefix) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0).equals(TYPE_URI) && name.get(1) instanceof String uri && uri.startsWith(prefix)) {
                    return uri.substring(prefix.length());
                }
            }
            return null;
        } catch (CertificateParsingException e) {
            return null;
        }
    }

    /** The member that a certificate names: by a URI or, if it has none of ours, by its common name. Null: none. */
    static @Nullable MemberId of(X509Certificate certificate) {
        String named = uri(certificate, URI);
        return id(named == null ? commonName(certificate.getSubjectX500Principal()) : named);
    }

    /**
     * The fingerprint of the secret that the issuer of a certificate follows from, as the certificate says; empty:
     * none.
     */
    static String fingerprint(X509Certificate certificate) {
        String issuer = commonName(certificate.getIssuerX500Principal());
        return issuer.startsWith(AUTHORITY) && issuer.length() <= AUTHORITY.length() + 16
                ? issuer.substring(AUTHORITY.length()).replaceAll("[^0-9a-f]", "?")
                : "";
    }

    private static String commonName(X500Principal principal) {
        RDN[] names = X500Name.getInstance(principal.getEncoded()).getRDNs(BCStyle.CN);
        return names.length == 0
                ? ""
                : IETFUtils.valueToString(names[0].getFirst().getValue());
    }

    private static @Nullable MemberId id(String text) {
        try {
            return new MemberId(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
