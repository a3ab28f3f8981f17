package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.exchange.ExchangeLoop;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.RequestHead;
import org.jspecify.annotations.Nullable;

/** The answer to bytes that are no request, so that there is no exchange. Called on the event loop. */
final class Refusal {

    private Refusal() {}

    /**
     * Counts and logs that the head scanned last was refused.
     *
     * @return the answer, which the caller owns; it says that the connection closes behind it
     */
    static ByteBuf answer(ExchangeLoop loop, Failure failure, Peer peer, ByteBufAllocator allocator) {
        ByteBuf answer = answer(loop, failure, peer, allocator, false);
        assert answer != null : "not silent";
        return answer;
    }

    /**
     * The same.
     *
     * @param silent whether the client is told in another way: then there is no answer, but only counts and a line
     */
    static @Nullable ByteBuf answer(
            ExchangeLoop loop, Failure failure, Peer peer, ByteBufAllocator allocator, boolean silent) {
        var stats = loop.stats();
        stats.failed.increment();
        stats.causes(failure).increment();
        stats.requestsRefused.increment();
        stats.http.of(loop.listener(), "", "").ended(failure.status(), 0, null); // rare: it may look it up
        RequestHead head = loop.scanner().head(); // as much as came of it
        RequestId id = new RequestId();
        loop.ids().set(id, head);
        boolean bodiless = head.method() == Method.HEAD;
        Editors editors = loop.editors();
        editors.answers().write(failure, editors.writer(), Persistence.CLOSE, head.acceptsJson(), bodiless, id);
        var accessLog = loop.accessLog();
        if (accessLog != null) {
            int bytes = silent ? 0 : editors.writer().length();
            accessLog.addRefusal(
                    loop.listener(),
                    peer.http2() ? 2 : 1,
                    peer.address(),
                    id.toBytes(),
                    failure.status(),
                    bytes,
                    failure.cause());
        }
        return silent ? null : editors.written(allocator);
    }
}
