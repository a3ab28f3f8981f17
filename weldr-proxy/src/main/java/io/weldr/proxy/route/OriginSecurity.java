package io.weldr.proxy.route;

import io.netty.handler.ssl.SslContext;
import io.weldr.core.tls.TlsFailure;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the https origins of pools that ask for the same: made once, off the event loops, and shared by all
 * workers. Two objects are two identities: a connection that was made with one of them serves no request that is meant
 * for the other. Immutable.
 */
public final class OriginSecurity {
    private final @Nullable SslContext context;
    private final @Nullable TlsFailure failure;
    private final @Nullable String serverName;

    private OriginSecurity(@Nullable SslContext context, @Nullable TlsFailure failure, @Nullable String serverName) {
        this.context = context;
        this.failure = failure;
        this.serverName = serverName;
    }

    /**
     * Connections by that context.
     *
     * @param serverName that origins are asked for and have to be certified for; null: the host of each origin's URL
     */
    public static OriginSecurity of(SslContext context, @Nullable String serverName) {
        return new OriginSecurity(context, null, serverName);
    }

    /** There are no connections; why. */
    public static OriginSecurity impossible(TlsFailure failure) {
        return new OriginSecurity(null, failure, null);
    }

    /** What makes connections; null: see {@link #failure}. */
    public @Nullable SslContext context() {
        return context;
    }

    /** Why there are no connections; null: there are. */
    public @Nullable TlsFailure failure() {
        return failure;
    }

    /** Whom an origin whose URL has that host is asked for, and has to be. */
    public String nameOf(String host) {
        return serverName == null ? host : serverName;
    }
}
