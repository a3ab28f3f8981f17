package io.weldr.core.tls;

import io.weldr.core.Check;
import io.weldr.core.certificate.IssuedChain;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a chain has to be so that clients take it and BoringSSL presents it (RFC 8446 section 4.4.2; CA/Browser Forum,
 * Baseline Requirements, section 7.1). Pure.
 */
final class ChainChecks {
    private static final int RSA_BITS_MIN = 2048;

    /** A handshake with such a key takes a CPU about 30 ms; with larger ones it would hold up other connections. */
    private static final int RSA_BITS_MAX = 8192;

    /** BoringSSL takes no larger public exponents. */
    private static final int RSA_EXPONENT_BITS_MAX = 33;

    private static final Map<String, String> CURVES = Map.of("P-256", "secp256r1", "P-384", "secp384r1");

    private static final int HOST_CHARS_MAX = 253;

    // Types of names in X509Certificate.getSubjectAlternativeNames.
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private static final int DIGITAL_SIGNATURE = 0; // of X509Certificate.getKeyUsage
    private static final String FOR_ANYTHING = "2.5.29.37.0";
    private static final String FOR_SERVERS = "1.3.6.1.5.5.7.3.1";
    private static final String FOR_CLIENTS = "1.3.6.1.5.5.7.3.2";

    private ChainChecks() {}

    /** Whose certificate it is, as errors say it. */
    static String subject(X509Certificate certificate) {
        return Check.quote(certificate.getSubjectX500Principal().getName());
    }

    static boolean selfSigned(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && signedBy(certificate, certificate);
    }

    private static boolean signedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Throws unless each certificate was signed by the one after it. */
    static void checkOrder(List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            if (!signedBy(certificate, chain.get(i + 1))) {
                int issuer = issuer(certificate, chain);
                throw refused(
                        "certificate " + (i + 2) + " of " + chain.size() + ", " + subject(chain.get(i + 1))
                                + ", did not sign certificate " + (i + 1) + ", " + subject(certificate)
                                + (issuer < 0 ? "" : ", but certificate " + (issuer + 1) + " did"),
                        "the certificate of the hosts first, and after each certificate the one that signed it, which is"
                                + " of "
                                + Check.quote(
                                        certificate.getIssuerX500Principal().getName()));
            }
        }
    }

    private static int issuer(X509Certificate certificate, List<X509Certificate> chain) {
        for (int i = 0; i < chain.size(); i++) {
            if (!chain.get(i).equals(certificate) && signedBy(certificate, chain.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Throws if it is too late for that certificate. */
    static void checkTime(X509Certificate certificate, int number, Instant now) {
        Instant until = certificate.getNotAfter().toInstant();
        if (!until.isAfter(now)) {
            throw refused(
                    "certificate " + number + ", " + subject(certificate) + ", expired at " + until,
                    "certificates that are valid after " + now);
        }
    }

    /** Throws if clients do not take the way in which the certificate was signed. */
    static void checkSignature(X509Certificate certificate, int number) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (algorithm.startsWith("SHA1") || algorithm.startsWith("MD") || algorithm.contains("SHA-1")) {
            throw refused(
                    "certificate " + number + ", " + subject(certificate) + ", is signed with "
                            + certificate.getSigAlgName(),
                    "a signature with SHA-256 or better");
        }
    }

    /** The type of the key of the hosts, as people say it; throws if it cannot be used. */
    static String keyType(PublicKey key) {
        String expected = "RSA of " + RSA_BITS_MIN + " to " + RSA_BITS_MAX + " bits, or EC on the curve P-256 or P-384";
        if (key instanceof RSAPublicKey rsa && key.getAlgorithm().equals("RSA")) {
            int bits = rsa.getModulus().bitLength();
            if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
                throw refused("a key of RSA of " + bits + " bits", expected);
            }
            BigInteger exponent = rsa.getPublicExponent();
            if (exponent.bitLength() > RSA_EXPONENT_BITS_MAX || !exponent.testBit(0)) {
                throw refused("a key of RSA with the public exponent " + exponent.bitLength() + " bits long", expected);
            }
            return "RSA " + bits;
        }
        if (key instanceof ECPublicKey ec) {
            String curve = curve(ec.getParams());
            if (curve == null) {
                int bits = ec.getParams().getOrder().bitLength();
                throw refused("a key of EC on another curve of " + bits + " bits", expected);
            }
            return "EC " + curve;
        }
        throw refused("a key of " + key.getAlgorithm(), expected);
    }

    private static @Nullable String curve(ECParameterSpec parameters) {
        for (Map.Entry<String, String> curve : CURVES.entrySet()) {
            ECParameterSpec known = parameters(curve.getValue());
            if (known.getCurve().equals(parameters.getCurve())
                    && known.getGenerator().equals(parameters.getGenerator())
                    && known.getOrder().equals(parameters.getOrder())) {
                return curve.getKey();
            }
        }
        return null;
    }

    private static ECParameterSpec parameters(String curve) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(curve));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has the curve " + curve, e);
        }
    }

    /**
     * The names of the certificate: DNS names in lower case and IP addresses.
     *
     * @throws IllegalArgumentException it has none, and is not for clients alone
     */
    static List<String> hosts(X509Certificate certificate) {
        List<String> hosts = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer type && (type == DNS_NAME || type == IP_ADDRESS)) {
                    String host = String.valueOf(name.get(1)).toLowerCase(Locale.ROOT);
                    checkHost(host, type);
                    if (!hosts.contains(host)) {
                        hosts.add(host);
                    }
                }
            }
        } catch (CertificateParsingException e) {
            throw refused("certificate 1 has names that cannot be read", "DNS names or IP addresses");
        }
        if (hosts.isEmpty() && !forClientsAlone(certificate)) {
            throw refused(
                    "certificate 1, " + subject(certificate) + ", has no subject alternative name",
                    "the hosts as subject alternative names, because clients do not look at the common name");
        }
        if (hosts.size() > IssuedChain.HOSTS_MAX) {
            throw refused(
                    "certificate 1 has " + hosts.size() + " subject alternative names",
                    "at most " + IssuedChain.HOSTS_MAX);
        }
        return hosts;
    }

    private static void checkHost(String host, int type) {
        boolean plain = type == IP_ADDRESS || host.matches("(\\*\\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?");
        if (!plain || host.length() > HOST_CHARS_MAX) {
            throw refused(
                    "certificate 1 is for " + Check.quote(host),
                    "DNS names of letters, digits and hyphens, maybe with *. before them");
        }
    }

    /** Throws if clients do not take the certificate of a server, or servers that of a client. */
    static void checkUsage(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE]) {
            throw refused(
                    "the key usage of certificate 1, " + subject(certificate) + ", has no digitalSignature",
                    "a certificate whose key may sign handshakes");
        }
        List<String> purposes = purposes(certificate);
        if (purposes != null
                && !purposes.contains(FOR_SERVERS)
                && !purposes.contains(FOR_CLIENTS)
                && !purposes.contains(FOR_ANYTHING)) {
            throw refused(
                    "the extended key usage of certificate 1, " + subject(certificate)
                            + ", has neither serverAuth nor clientAuth",
                    "a certificate for TLS");
        }
    }

    /** Whether it is the certificate of a client and cannot be that of a server. */
    static boolean forClientsAlone(X509Certificate certificate) {
        List<String> purposes = purposes(certificate);
        return purposes != null
                && purposes.contains(FOR_CLIENTS)
                && !purposes.contains(FOR_SERVERS)
                && !purposes.contains(FOR_ANYTHING);
    }

    private static @Nullable List<String> purposes(X509Certificate certificate) {
        try {
            return certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw refused("certificate 1 has an extended key usage that cannot be read", "a certificate for TLS");
        }
    }

    static IllegalArgumentException refused(String found, String expected) {
        return new IllegalArgumentException("chain: " + found + " (expected: " + expected + ")");
    }
}
