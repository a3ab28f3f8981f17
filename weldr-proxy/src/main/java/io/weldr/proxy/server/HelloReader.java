package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.tls.ClientHello;
import io.weldr.proxy.tls.ClientHello.Scan;
import io.weldr.proxy.tls.HandshakeFailure;
import org.jspecify.annotations.Nullable;

/** Collects what a client sends until its ClientHello is complete. Confined to the event loop. */
final class HelloReader {
    private static final byte[] PLAIN_HTTP =
            io.weldr.proxy.http.Octets.ascii("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: 46\r\nConnection: close\r\n\r\nthis port speaks HTTPS: use https:// in the URL");

    private final ClientHello hello;
    private final HeldBuffer collected;
    private final ByteBufAllocator allocator;

    HelloReader(int bytesMax, HeldBytes.Account account, ByteBufAllocator allocator) {
        hello = new ClientHello(bytesMax);
        collected = new HeldBuffer(account);
        this.allocator = allocator;
    }

    /** Takes over the buffer, and says what is known now. */
    Scan add(ByteBuf in) {
        collected.append(allocator, in);
        ByteBuf all = collected.get();
        assert all != null;
        return hello.scan(all);
    }

    ClientHello hello() {
        return hello;
    }

    /** Whether nothing has come. */
    boolean isEmpty() {
        return collected.isEmpty();
    }

    /** All that has come, which the caller owns. */
    @Nullable ByteBuf take() {
        return collected.take();
    }

    void drop() {
        collected.drop();
    }

    /** Tells the client why there will be no session, in the clear (RFC 8446 section 6), and lets the link linger. */
    static void refuse(Link link, HandshakeFailure failure, int lingerTicks) {
        if (failure == HandshakeFailure.PLAIN_HTTP) {
            link.write(link.allocator().directBuffer(PLAIN_HTTP.length).writeBytes(PLAIN_HTTP));
        } else if (failure.alert() != 0) {
            // A record of type alert, of the version that records have before one is agreed on: fatal.
            link.write(link.allocator()
                    .directBuffer(7)
                    .writeByte(21)
                    .writeShort(0x0301)
                    .writeShort(2)
                    .writeByte(2)
                    .writeByte(failure.alert()));
        } else {
            link.close();
            return;
        }
        link.flush();
        link.linger(lingerTicks);
    }
}
