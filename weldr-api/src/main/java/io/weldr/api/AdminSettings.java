package io.weldr.api;

import io.weldr.api.auth.ApiAccess;
import io.weldr.api.http.HttpLimits;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and limits of the admin API.
 *
 * @param http address of the HTTP API; port 0 takes a free one
 * @param grpc address of the gRPC API; port 0 takes a free one
 * @param status where everybody may ask how the node is, and nothing else; port 0 takes a free one; null: nowhere
 * @param access who may use the API
 * @param version of this program, for people
 */
public record AdminSettings(
        InetSocketAddress http,
        InetSocketAddress grpc,
        @Nullable InetSocketAddress status,
        ApiAccess access,
        String version,
        HttpLimits limits) {
    /** On loopback, without credentials. */
    public AdminSettings(InetSocketAddress http, InetSocketAddress grpc, String version, HttpLimits limits) {
        this(http, grpc, null, ApiAccess.LOCAL, version, limits);
    }
}
