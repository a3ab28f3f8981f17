package io.weldr.raft.peer;

import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.apache.ratis.thirdparty.io.netty.buffer.ByteBufAllocator;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;

/** Whichever context there is at the moment: Ratis keeps one for as long as it runs. */
@SuppressWarnings(
        "deprecation") // Netty deprecates the negotiator, and has no other way for a context to name its protocols
final class CurrentSslContext extends SslContext {
    private final Supplier<SslContext> current;

    CurrentSslContext(Supplier<SslContext> current) {
        this.current = current;
    }

    @Override
    public boolean isClient() {
        return current.get().isClient();
    }

    @Override
    public List<String> cipherSuites() {
        return current.get().cipherSuites();
    }

    @Override
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return current.get().applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return current.get().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String host, int port) {
        return current.get().newEngine(allocator, host, port);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return current.get().sessionContext();
    }
}
