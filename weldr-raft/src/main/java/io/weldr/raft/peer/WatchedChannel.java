package io.weldr.raft.peer;

import java.io.IOException;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOutboundBuffer;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioSocketChannel;

/**
 * A connection whose handlers hear of a write that failed, as they hear of a read. The kernel tells of a reset once: if
 * something is being written then, whoever reads finds an end that looks as if the other machine had closed it.
 */
final class WatchedChannel extends NioSocketChannel {
    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        try {
            super.doWrite(in);
        } catch (IOException e) {
            pipeline().fireExceptionCaught(e);
            throw e;
        }
    }
}
