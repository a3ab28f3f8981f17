package io.weldr.api.auth;

import io.weldr.core.port.ApiTls;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a node for access to the API.
 *
 * @param insecure beyond loopback, everybody may, and nothing is encrypted
 * @param loopbackNeedsCredential on loopback, too, a credential is needed
 * @param hosts names by which clients may call this node, lower case; beside these, IP addresses and {@code localhost}
 * @param tls by what the API speaks TLS beyond loopback; null: it cannot, and does not listen there
 * @param audit where requests that change something, and those that are refused, leave a line
 */
public record ApiAccess(
        boolean insecure,
        boolean loopbackNeedsCredential,
        Set<String> hosts,
        @Nullable ApiTls tls,
        AuditLog audit) {
    /** Loopback alone, without credentials. */
    public static final ApiAccess LOCAL = new ApiAccess(false, false, Set.of(), null, AuditLog.NONE);

    /**
     * By what TLS is spoken at an address that is listened on; null: none is. On loopback none is, whoever needs a
     * credential there.
     */
    public @Nullable ApiTls tlsAt(InetSocketAddress address) {
        boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        return !loopback && AccessRule.of(address, this) == AccessRule.CREDENTIAL ? tls : null;
    }

    public ApiAccess {
        hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
