package io.weldr.api.grpc;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that closes connections beyond a number at once. With the calls that a connection may have at the same
 * time this bounds what waits for a thread, too. Confined to its event loop, as listeners are.
 */
final class LimitedListener extends NioServerSocketChannel {
    private static final Logger LOG = LoggerFactory.getLogger(LimitedListener.class);

    private final int connectionsMax;
    private final AtomicInteger open = new AtomicInteger();

    LimitedListener(int connectionsMax) {
        this.connectionsMax = connectionsMax;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the same future that the listener was added to
    protected int doReadMessages(List<Object> accepted) throws Exception {
        int before = accepted.size();
        super.doReadMessages(accepted);
        for (int i = accepted.size() - 1; i >= before; i--) {
            Channel connection = (Channel) accepted.get(i);
            if (open.incrementAndGet() > connectionsMax) {
                open.decrementAndGet();
                accepted.remove(i);
                LOG.warn("closed a gRPC connection: {} are open already", connectionsMax);
                connection.unsafe().closeForcibly();
            } else {
                connection.closeFuture().addListener(closed -> open.decrementAndGet());
            }
        }
        return accepted.size() - before;
    }
}
