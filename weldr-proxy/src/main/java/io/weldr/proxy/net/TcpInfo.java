package io.weldr.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the kernel knows of a TCP connection: {@code TCP_INFO} of Linux (tcp(7)). */
final class TcpInfo {

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    /** Where {@code struct tcp_info} has {@code tcpi_bytes_acked}, since Linux 4.1. */
    private static final int BYTES_ACKED = 120;

    private static final RawUnixChannelOption BYTES =
            new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, BYTES_ACKED + Long.BYTES);

    /** The kernel cannot be asked, as with NIO, or does not know. */
    static final long UNKNOWN = -1;

    private TcpInfo() {}

    /** How many bytes the peer has acknowledged since the connection stands, or {@link #UNKNOWN}. A system call. */
    static long bytesAcknowledged(Channel channel) {
        try {
            ByteBuffer info = channel.config().getOption(BYTES);
            return info == null || info.limit() < BYTES_ACKED + Long.BYTES
                    ? UNKNOWN
                    : info.order(ByteOrder.nativeOrder()).getLong(BYTES_ACKED);
        } catch (ChannelException e) {
            return UNKNOWN; // the socket is closed
        }
    }
}
