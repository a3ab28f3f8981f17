package io.weldr.core.certificate;

import io.weldr.core.Check;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The ACME settings of a certificate (RFC 8555).
 *
 * @param hosts DNS names that the certificate is for, 1 to {@value IssuedChain#HOSTS_MAX}, lower case, no wildcards:
 *     those can be proved by DNS alone
 * @param directory URL of the certificate authority's directory, https
 * @param email whom the authority may write to
 * @param keyType of the private keys that are made
 * @param challenge how the authority is shown that the hosts are the cluster's
 * @param externalAccount for an authority that takes its customers only; null: none
 */
public record AcmeSettings(
        List<String> hosts,
        String directory,
        String email,
        KeyType keyType,
        Challenge challenge,
        @Nullable ExternalAccount externalAccount) {
    private static final int HOST_CHARS_MAX = 253;
    private static final int LABEL_CHARS_MAX = 63;
    private static final int URL_CHARS_MAX = 512;
    private static final int EMAIL_CHARS_MAX = 254;

    private static final Pattern URL =
            Pattern.compile("https://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?(/[!-~&&[^#]]*)?");

    /** Of the private key of a certificate. */
    public enum KeyType {
        EC_P256,
        EC_P384,
        RSA_2048,
        RSA_4096
    }

    /** How the authority is shown that a host is the cluster's. */
    public enum Challenge {
        /** It asks port 80 of the host (RFC 8555 section 8.3). */
        HTTP_01,
        /** It asks port 443 of the host (RFC 8737). */
        TLS_ALPN_01
    }

    /**
     * A customer of the authority (RFC 8555 section 7.3.4).
     *
     * @param key HMAC key, sealed for {@link KeyOwner#externalAccount}
     */
    public record ExternalAccount(String keyId, Sealed key) {
        public ExternalAccount {
            Check.that(
                    !keyId.isEmpty() && keyId.length() <= URL_CHARS_MAX,
                    "externalAccount.keyId",
                    keyId,
                    "1 to " + URL_CHARS_MAX + " characters");
        }

        @Override
        public String toString() {
            return "key " + keyId;
        }
    }

    public AcmeSettings {
        hosts = List.copyOf(hosts);
        Check.inRange("hosts", hosts.size(), 1, IssuedChain.HOSTS_MAX);
        Check.that(new HashSet<>(hosts).size() == hosts.size(), "hosts", hosts, "each host once");
        hosts.forEach(AcmeSettings::checkedHost);
        checkDirectory(directory);
        Check.that(
                email.matches("[^@\\s\\p{Cntrl}]+@[^@\\s\\p{Cntrl}]+") && email.length() <= EMAIL_CHARS_MAX,
                "email",
                email,
                "an address that the certificate authority can write to, as in ops@example.com");
    }

    /** Whether a certificate that was obtained by one can stand for one by the other. */
    boolean issuesLike(AcmeSettings other) {
        return hosts.equals(other.hosts) && directory.equals(other.directory) && keyType == other.keyType;
    }

    /** Returns the host if a certificate can be obtained for it. */
    public static String checkedHost(String host) {
        Check.that(
                !host.startsWith("*"),
                "hosts",
                host,
                "no wildcard, because HTTP-01 and TLS-ALPN-01 cannot prove one; name the hosts one by one");
        boolean named = host.length() <= HOST_CHARS_MAX && host.contains(".") && !host.endsWith(".");
        for (String label : host.split("\\.", -1)) {
            named &= label.length() <= LABEL_CHARS_MAX && label.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
        }
        Check.that(
                named && !host.matches("[0-9.]+") && host.equals(host.toLowerCase(Locale.ROOT)),
                "hosts",
                host,
                "a DNS name in lower case, as in shop.example.com");
        return host;
    }

    /** Throws unless it can be the URL of an authority's directory. */
    public static void checkDirectory(String directory) {
        Check.that(
                directory.length() <= URL_CHARS_MAX && URL.matcher(directory).matches(),
                "directory",
                directory,
                "an https URL of at most " + URL_CHARS_MAX + " characters, as in https://acme.example.com/directory");
    }
}
