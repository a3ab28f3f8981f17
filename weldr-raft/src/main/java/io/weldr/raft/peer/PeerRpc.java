package io.weldr.raft.peer;

import io.weldr.core.pool.HostPort;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpcWithProxy;
import org.apache.ratis.util.PeerProxyMap;
import org.apache.ratis.util.function.CheckedFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ratis' gRPC, whose connections to other members have this node's TLS. The server's side of it is {@link PeerGate}.
 *
 * <p>While a cluster moves to TLS, each connection is made with it or without, as the member there speaks. Ratis knows
 * only one way for all. What makes its connections cannot be had but by reflection; if a version of Ratis keeps it
 * elsewhere, a node with both ways does not start ({@code PeerRpcTest} tells).
 */
public final class PeerRpc implements RpcType {
    private static final String SECURITY = "weldr.peer.security";
    private static final String DIALS = "weldr.peer.dials";

    /** Ratis makes it, by its name. */
    public PeerRpc() {}

    /** Sets what a server that is built with these parameters goes by. */
    public static Dials set(Parameters parameters, PeerSecurity security) {
        Dials dials = new Dials(security);
        parameters.put(SECURITY, security, PeerSecurity.class);
        parameters.put(DIALS, dials, Dials.class);
        return dials;
    }

    @Override
    public String name() {
        return PeerRpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    /** How the connections of one server were made. Any thread. */
    public static final class Dials {
        private final PeerSecurity security;
        private final Map<RaftPeerId, Boolean> plain = new ConcurrentHashMap<>(); // by member
        private volatile GrpcServicesImpl.@Nullable Builder built;
        private volatile @Nullable GrpcServicesImpl server;

        private Dials(PeerSecurity security) {
            this.security = security;
        }

        /**
         * Has the server that was built make each connection as the member there speaks. To be called before it is
         * started: only then it knows its own name, which it needs for that.
         */
        public void begin() {
            GrpcServicesImpl.Builder builder = built;
            GrpcServicesImpl services = server;
            if (builder == null || services == null || !security.speaksBoth()) {
                return;
            }
            PeerProxyMap<?> proxies = ((RaftServerRpcWithProxy<?, ?>) services).getProxies();
            try {
                Field field = creator();
                field.set(proxies, choosing((CheckedFunction<?, ?, ?>) field.get(proxies), builder));
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new IllegalStateException(
                        "this version of Ratis does not let a node speak with TLS and without it; set insecure, or"
                                + " secret-file or peer-tls, but not both",
                        e);
            }
        }

        /** The builder is asked anew for each connection, and has the way of the last one. */
        @SuppressWarnings("unchecked") // Ratis gives it a peer, and takes what it throws.
        private CheckedFunction<RaftPeer, Closeable, IOException> choosing(
                CheckedFunction<?, ?, ?> creator, GrpcServicesImpl.Builder builder) {
            CheckedFunction<RaftPeer, Closeable, IOException> original =
                    (CheckedFunction<RaftPeer, Closeable, IOException>) creator;
            return peer -> {
                synchronized (builder) {
                    builder.setServerSslContextForClient(dialPlain(peer) ? null : security.client());
                    return original.apply(peer);
                }
            };
        }

        /** Whether the connections to a member were made in another way than that member speaks now. */
        public boolean outdated(String raftId, HostPort address) {
            Boolean made = plain.get(RaftPeerId.valueOf(raftId));
            return made != null && security.speaksBoth() && made != security.metPlain(address);
        }

        private boolean dialPlain(RaftPeer peer) {
            boolean without = security.metPlain(HostPort.parse(peer.getAddress()));
            plain.put(peer.getId(), without);
            return without;
        }
    }

    private static final class Factory extends GrpcFactory {
        private final GrpcServices.Customizer customizer;
        private final PeerSecurity security;
        private final Dials dials;

        Factory(Parameters parameters) {
            super(parameters);
            customizer = GrpcConfigKeys.Server.servicesCustomizer(parameters);
            security = parameters.getNonNull(SECURITY, PeerSecurity.class);
            dials = parameters.getNonNull(DIALS, Dials.class);
        }

        @Override
        public GrpcServices newRaftServerRpc(RaftServer server) {
            GrpcServicesImpl.Builder builder =
                    GrpcServicesImpl.newBuilder().setServer(server).setCustomizer(customizer);
            if (security.speaksTls()) {
                builder.setServerSslContextForClient(security.client());
            }
            GrpcServicesImpl services = builder.build();
            dials.server = services;
            dials.built = builder;
            return services;
        }
    }

    /** Where Ratis keeps what makes a connection to a member. */
    static Field creator() throws NoSuchFieldException {
        Field field = PeerProxyMap.class.getDeclaredField("createProxy");
        field.setAccessible(true);
        return field;
    }
}
