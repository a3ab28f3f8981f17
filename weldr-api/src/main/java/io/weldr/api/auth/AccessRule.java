package io.weldr.api.auth;

import java.net.InetSocketAddress;

/**
 * Decides who may use the API without a credential. It is decided by the address that the node listens on, never by
 * that of the client.
 */
public enum AccessRule {
    /**
     * Everybody who reaches the address is an administrator, unless a proxy passed the request on: the address is a
     * loopback one.
     */
    LOCAL,
    /** Nobody. */
    CREDENTIAL,
    /** Everybody who reaches the address is an administrator: the operator says so. */
    ANYBODY;

    /** The rule of an address. */
    public static AccessRule of(InetSocketAddress address, ApiAccess access) {
        if (address.getAddress() != null && address.getAddress().isLoopbackAddress()) {
            return access.loopbackNeedsCredential() ? CREDENTIAL : LOCAL;
        }
        return access.insecure() ? ANYBODY : CREDENTIAL;
    }
}
