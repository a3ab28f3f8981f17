package io.weldr.api.listen;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/**
 * A listener that closes connections beyond a number at once. With the calls that a connection may have at the same
 * time this bounds what waits for a thread, too. Confined to its event loop, as listeners are.
 */
public final class LimitedListener extends NioServerSocketChannel {
    private final Connections connections;
    private final boolean guarded;

    /** @param guarded whether a credential is needed here, so that a connection is a stranger's at first */
    public LimitedListener(Connections connections, boolean guarded) {
        this.connections = connections;
        this.guarded = guarded;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int before = accepted.size();
        super.doReadMessages(accepted);
        for (int i = accepted.size() - 1; i >= before; i--) {
            Channel connection = (Channel) accepted.get(i);
            if (!connections.came(connection, guarded)) {
                accepted.remove(i);
                connection.unsafe().closeForcibly();
            }
        }
        return accepted.size() - before;
    }
}
