package io.weldr.raft.ratis;

import java.lang.reflect.Field;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerRpcWithProxy;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the connections to a peer before they are needed, and ends them at once, if nothing has come back on them for
 * seconds, or if the node closes and nobody waits for what is under way. Ratis does so with patience, three seconds for
 * each of its two channels, and sends nothing to the peer until then. Its channels cannot be had but by reflection; if
 * a version of Ratis keeps them elsewhere, its own patient way is left ({@code PeerChannelsTest} tells).
 */
final class PeerChannels {
    private static final Logger LOG = LoggerFactory.getLogger(PeerChannels.class);

    private PeerChannels() {}

    /**
     * Ends them, so that the next message opens new ones. Blocks for milliseconds; for seconds if the channels do not
     * end at once.
     */
    static void reset(RaftServerRpcWithProxy<?, ?> rpc, RaftPeerId peer) {
        end(rpc, peer);
        rpc.getProxies().resetProxy(peer);
    }

    /** Ends them for good. Blocks for milliseconds. */
    static void end(RaftServerRpcWithProxy<?, ?> rpc, RaftPeerId peer) {
        try {
            Object client = rpc.getProxies().getProxy(peer);
            for (Field field : fields(client.getClass())) {
                if (field.get(client) instanceof ManagedChannel channel) {
                    channel.shutdownNow();
                }
            }
        } catch (Exception e) {
            LOG.debug("The channels to {} end in Ratis' own time", peer, e);
        }
    }

    /** Opens them, unless they are open or are being opened. Does not wait for them. */
    static void connect(RaftServerRpcWithProxy<?, ?> rpc, RaftPeerId peer) {
        try {
            Object client = rpc.getProxies().getProxy(peer);
            for (Field field : fields(client.getClass())) {
                if (field.get(client) instanceof ManagedChannel channel) {
                    var unused = channel.getState(true);
                }
            }
        } catch (Exception e) {
            LOG.debug("The channels to {} are opened when they are needed", peer, e);
        }
    }

    /** Where Ratis' client of a peer keeps its channel for the log and the one for heartbeats. */
    static Field[] fields(Class<?> client) throws NoSuchFieldException {
        Field[] fields = {client.getDeclaredField("channel"), client.getDeclaredField("hbChannel")};
        for (Field field : fields) {
            field.setAccessible(true);
        }
        return fields;
    }
}
