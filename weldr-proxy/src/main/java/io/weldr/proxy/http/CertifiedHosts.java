package io.weldr.proxy.http;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that a certificate is for (RFC 6125 section 6.4): names, names whose first label is {@code *}, which stands
 * for exactly one label, and addresses. Immutable.
 */
public final class CertifiedHosts {
    private final Set<String> names = new HashSet<>();
    private final Set<String> parents = new HashSet<>(); // of wildcards, with the dot that they begin with
    private final byte[][] addresses;

    /** @param hosts lower case */
    public CertifiedHosts(Collection<String> hosts) {
        for (String host : hosts) {
            if (host.startsWith("*.")) {
                parents.add(host.substring(1));
            } else {
                names.add(host);
            }
        }
        addresses = hosts.stream()
                .map(CertifiedHosts::address)
                .filter(address -> address != null)
                .toArray(byte[][]::new);
    }

    private static byte @Nullable [] address(String host) {
        return NetUtil.createByteArrayFromIpAddressString(host);
    }

    /** Names without wildcards. */
    public Set<String> exact() {
        return Set.copyOf(names);
    }

    /** What wildcards stand in front of, as in {@code .example.com}. */
    public Set<String> wildcards() {
        return Set.copyOf(parents);
    }

    /** What stands behind the first label of a name, as in {@code .example.com}; null: nothing. */
    public static @Nullable String parent(String name) {
        int dot = name.indexOf('.');
        return dot <= 0 ? null : name.substring(dot);
    }

    /** Whether the host is one of them. */
    public boolean cover(String lowerCaseHost) {
        if (names.contains(lowerCaseHost)) {
            return true;
        }
        byte[] address = address(lowerCaseHost);
        if (address != null) {
            return Arrays.stream(addresses).anyMatch(each -> Arrays.equals(each, address));
        }
        String parent = parent(lowerCaseHost);
        return parent != null && parents.contains(parent);
    }

    /** Whether the host of {@code authority[from, to)} is one of them, whatever its port. */
    public boolean coverAuthority(byte[] authority, int from, int to) {
        int end = Authority.hostEnd(authority, from, to);
        boolean bracketed = from < end && authority[from] == '[';
        int start = bracketed ? from + 1 : from;
        int length = (bracketed ? end - 1 : end) - start;
        String host = new String(authority, start, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        return cover(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }
}
