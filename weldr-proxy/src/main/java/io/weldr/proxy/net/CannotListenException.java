package io.weldr.proxy.net;

import io.netty.channel.unix.Errors.NativeIoException;
import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;

/** An address cannot be bound. The message names the address; {@link #reason} is the rest of it. */
public final class CannotListenException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final int EACCES = -13;
    private static final int EADDRINUSE = -98;
    private static final int EADDRNOTAVAIL = -99;

    private final String reason;

    CannotListenException(InetSocketAddress address, String reason) {
        super(message(address, reason));
        this.reason = reason;
    }

    CannotListenException(InetSocketAddress address, Throwable why) {
        super(message(address, reason(why)), why);
        this.reason = reason(why);
    }

    private static String message(InetSocketAddress address, String reason) {
        return "proxy: cannot listen on " + HostPort.text(address.getHostString(), address.getPort()) + ": " + reason;
    }

    /** Why, and what would have to be so. */
    public String reason() {
        return reason;
    }

    /** The transports say the same in different words: those of Linux are kept, and what to do is added. */
    private static String reason(Throwable why) {
        String said = String.valueOf(why.getMessage());
        int errno = why instanceof NativeIoException failed ? failed.expectedErr() : 0;
        if (errno == EADDRINUSE || said.contains("already in use")) {
            return "Address already in use (expected: no other program that listens there)";
        }
        if (errno == EACCES || said.contains("Permission denied")) {
            return "Permission denied (expected: the capability CAP_NET_BIND_SERVICE, which low ports need)";
        }
        if (errno == EADDRNOTAVAIL || said.contains("assign requested address")) {
            return "Cannot assign requested address (expected: an address of this node; with the transports epoll and"
                    + " io-uring, listeners of the cluster may have any address)";
        }
        return said;
    }
}
