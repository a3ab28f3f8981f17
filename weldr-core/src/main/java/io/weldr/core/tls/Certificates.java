package io.weldr.core.tls;

import java.security.cert.CertPath;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a certificate was refused, in words that name it. Pure. */
final class Certificates {
    /** A certificate may be for hundreds of names; these show whose it is. */
    private static final int NAMES_MAX = 3;

    private static final int CAUSES_MAX = 16;

    // Types of names in X509Certificate.getSubjectAlternativeNames.
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private Certificates() {}

    /**
     * What {@code thrown} means.
     *
     * @param chain what the origin sent, its own certificate first; null: not known
     * @param host whom it should be for
     */
    static TlsFailure refused(CertificateException thrown, X509Certificate @Nullable [] chain, String host) {
        TlsCause cause = cause(thrown);
        X509Certificate own = chain == null || chain.length == 0 ? null : chain[0];
        X509Certificate guilty = guilty(thrown, own);
        String which = guilty == null || guilty.equals(own) ? "certificate" : "certificate of " + subject(guilty);
        String text = switch (cause) {
            case CERTIFICATE_EXPIRED ->
                which + " expired" + (guilty == null ? "" : " on " + date(guilty.getNotAfter()));
            case CERTIFICATE_NOT_YET_VALID ->
                which + " is not valid yet" + (guilty == null ? "" : ", but from " + date(guilty.getNotBefore()));
            case NAME_MISMATCH ->
                own == null ? TlsFailure.message(thrown) : "certificate is for " + names(own) + ", not " + host;
            case UNKNOWN_AUTHORITY ->
                "certificate of an unknown authority"
                        + (chain == null || own == null ? "" : ": " + issuer(chain[chain.length - 1]));
            case PROTOCOL, TIMEOUT, OTHER -> "certificate refused: " + TlsFailure.message(thrown);
        };
        return new TlsFailure(cause, text);
    }

    private static TlsCause cause(CertificateException thrown) {
        String message = TlsFailure.message(thrown);
        // The JDK has no type for it, and does not translate the message.
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return TlsCause.NAME_MISMATCH;
        }
        int left = CAUSES_MAX;
        for (Throwable at = thrown; at != null && left > 0; at = at.getCause(), left--) {
            if (at instanceof CertificateExpiredException || reason(at) == BasicReason.EXPIRED) {
                return TlsCause.CERTIFICATE_EXPIRED;
            }
            if (at instanceof CertificateNotYetValidException || reason(at) == BasicReason.NOT_YET_VALID) {
                return TlsCause.CERTIFICATE_NOT_YET_VALID;
            }
            if (at instanceof CertPathBuilderException || reason(at) == PKIXReason.NO_TRUST_ANCHOR) {
                return TlsCause.UNKNOWN_AUTHORITY;
            }
        }
        return TlsCause.OTHER;
    }

    private static CertPathValidatorException.@Nullable Reason reason(Throwable thrown) {
        return thrown instanceof CertPathValidatorException invalid ? invalid.getReason() : null;
    }

    /** The certificate that is to blame: it may be that of an authority in between. */
    private static @Nullable X509Certificate guilty(Throwable thrown, @Nullable X509Certificate own) {
        int left = CAUSES_MAX;
        for (Throwable at = thrown; at != null && left > 0; at = at.getCause(), left--) {
            if (at instanceof CertPathValidatorException invalid && invalid.getIndex() >= 0) {
                CertPath path = invalid.getCertPath();
                Certificate found = path == null ? null : path.getCertificates().get(invalid.getIndex());
                return found instanceof X509Certificate guilty ? guilty : own;
            }
        }
        return own;
    }

    private static String date(Date date) {
        return date.toInstant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> name : all == null ? List.<List<?>>of() : all) {
                int type = (Integer) name.get(0);
                if (type == DNS_NAME || type == IP_ADDRESS) {
                    names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            return "names that cannot be read";
        }
        if (names.isEmpty()) {
            return "no host name (" + subject(certificate) + ")";
        }
        String first = String.join(", ", names.subList(0, Math.min(NAMES_MAX, names.size())));
        return names.size() <= NAMES_MAX ? first : first + " and " + (names.size() - NAMES_MAX) + " more";
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private static String issuer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName();
    }
}
