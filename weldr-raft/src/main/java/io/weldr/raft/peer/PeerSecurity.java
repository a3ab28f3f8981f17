package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.MemberTls;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.apache.ratis.thirdparty.io.grpc.Attributes;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcSslContexts;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ClientAuth;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContextBuilder;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/**
 * The security of connections between members: no TLS, TLS, or both while a cluster moves from one to the other. TLS
 * is that of the JDK, version 1.3 (RFC 8446) alone, and both sides show a certificate. Thread safe.
 */
public final class PeerSecurity {
    private static final String PROTOCOL = "TLSv1.3";

    /** Whoever was met without TLS is tried with it again after so long, while both are spoken. */
    private static final long TRY_TLS_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Members, and what was asked for beside them. When there are more, all are learned anew. */
    private static final int ADDRESSES_MAX = 256;

    private final Supplier<@Nullable MemberTls> source;
    private final Refusals refusals = new Refusals();
    private final Map<HostPort, Long> metPlainNanos = new ConcurrentHashMap<>(); // ADDRESSES_MAX
    private final CurrentSslContext client =
            new CurrentSslContext(() -> contexts().client());
    private volatile @Nullable Contexts contexts;

    /** Sessions are resumed within a generation only: a new one begins without them. */
    private record Contexts(long generation, SslContext server, SslContext client) {}

    private PeerSecurity(Supplier<@Nullable MemberTls> source) {
        this.source = source;
    }

    /** Without TLS. */
    public static PeerSecurity plain() {
        return new PeerSecurity(() -> null);
    }

    /**
     * With the certificates that {@code tls} gives, if it gives any.
     *
     * @param tls asked each time; always the same, or always null, once there is a connection
     */
    public static PeerSecurity of(Supplier<@Nullable MemberTls> tls) {
        return new PeerSecurity(tls);
    }

    private @Nullable MemberTls tls() {
        return source.get();
    }

    boolean speaksTls() {
        return tls() != null;
    }

    boolean speaksPlain() {
        MemberTls with = tls();
        return with == null || with.plainToo();
    }

    /** Whether a cluster is on its way from one to the other. */
    public boolean speaksBoth() {
        MemberTls with = tls();
        return with != null && with.plainToo();
    }

    /** Grows whenever connections are to be made anew; see {@link MemberTls#generation}. */
    public long generation() {
        MemberTls with = tls();
        return with == null ? 0 : with.generation();
    }

    /** For connections that this node makes; follows the certificates. Fails without TLS. */
    public SslContext client() {
        return client;
    }

    SslContext server() {
        return contexts().server();
    }

    Refusals refusals() {
        return refusals;
    }

    /** Whether the member at that address did not speak TLS when it was met last. */
    public boolean metPlain(HostPort address) {
        return speaksPlain() && (tls() == null || metPlainNanos.containsKey(address));
    }

    /** Whether to speak to the member at that address without TLS first. */
    boolean plainFirst(HostPort address) {
        if (tls() == null) {
            return true;
        }
        Long met = metPlainNanos.get(address);
        return speaksPlain() && met != null && System.nanoTime() - met < TRY_TLS_AGAIN_NANOS;
    }

    /** The member at that address was met. */
    void met(HostPort address, boolean plain) {
        if (!plain) {
            metPlainNanos.remove(address);
        } else if (speaksBoth()) {
            if (metPlainNanos.size() >= ADDRESSES_MAX) {
                metPlainNanos.clear();
            }
            metPlainNanos.putIfAbsent(address, System.nanoTime());
        }
    }

    /** TLS was tried at that address and did not come about. */
    void triedTls(HostPort address) {
        metPlainNanos.computeIfPresent(address, (same, met) -> System.nanoTime());
    }

    /** Who called. */
    Caller caller(Attributes connection) {
        return Caller.of(tls(), connection);
    }

    private Contexts contexts() {
        MemberTls with = tls();
        if (with == null) {
            throw new IllegalStateException("this node speaks no TLS to members");
        }
        Contexts current = contexts;
        return current != null && current.generation() == with.generation() ? current : renewed(with);
    }

    private synchronized Contexts renewed(MemberTls with) {
        Contexts current = contexts;
        long generation = with.generation();
        if (current != null && current.generation() == generation) {
            return current;
        }
        ToldTrust trust = new ToldTrust(with.trust(), refusals);
        try {
            Contexts next = new Contexts(
                    generation,
                    GrpcSslContexts.configure(SslContextBuilder.forServer(with.keys()), SslProvider.JDK)
                            .trustManager(trust)
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols(PROTOCOL)
                            .build(),
                    GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                            .keyManager(with.keys())
                            .trustManager(trust)
                            .protocols(PROTOCOL)
                            .build());
            contexts = next;
            return next;
        } catch (SSLException e) {
            throw new IllegalStateException("this Java has no " + PROTOCOL + ", which every Java must have", e);
        }
    }
}
