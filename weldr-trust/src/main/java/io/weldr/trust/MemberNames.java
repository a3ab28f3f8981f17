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

    private MemberNames() {}

    /** The member that a certificate names: by a URI or, if it has none of ours, by its common name. Null: none. */
    static @Nullable MemberId of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (name.get(0).equals(TYPE_URI) && name.get(1) instanceof String uri && uri.startsWith(URI)) {
                        return id(uri.substring(URI.length()));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return null;
        }
        return id(commonName(certificate.getSubjectX500Principal()));
    }

    /** The fingerprint of the secret that the issuer of a certificate follows from, as the certificate says; empty: none. */
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
