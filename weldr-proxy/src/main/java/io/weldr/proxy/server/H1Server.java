package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.exchange.Dialect;
import io.weldr.proxy.exchange.Downstream;
import io.weldr.proxy.exchange.Entrance;
import io.weldr.proxy.exchange.Exchange;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Link;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection of a client: reads requests, starts an {@link Exchange} for each, one after another and in
 * order, and carries what they answer. While it is idle it holds no buffer. Confined to its event loop.
 *
 * <p>The file is longer than others because the whole life of a client connection is in it: what is done with bytes
 * that come before they can be used decides when the next request starts, what is waited for, and when the connection
 * ends.
 */
public final class H1Server extends Client implements Downstream {

    private final ServerLoop loop;
    private final Link link;
    private final Exchange own;
    private @Nullable Exchange exchange; // own, while it is under way
    /** Bytes that have come before they can be used: part of a head, or requests behind the current one. */
    private final HeldBuffer pending;

    private @Nullable Peer peer;
    private @Nullable H2Server successor; // only within process
    private boolean headStarted;
    private boolean processing;
    private int exchanges;
    private int minorVersion = 1;

    public H1Server(ServerLoop loop) {
        this.loop = loop;
        link = new Link(this, loop.exchanges.wheel(), loop.exchanges.held(), loop.progressTicks);
        pending = new HeldBuffer(link.account());
        own = new Exchange(loop.exchanges, this, loop.exchangeTicks);
    }

    /** Serves a connection that stands already, as when TLS has been agreed on. */
    H1Server(ServerLoop loop, Link link, Peer peer) {
        this.loop = loop;
        this.link = link;
        this.peer = peer;
        pending = new HeldBuffer(link.account());
        own = new Exchange(loop.exchanges, this, loop.exchangeTicks);
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public void connected() {
        loop.clients.add(this);
        link.await(idleTicks());
    }

    private int idleTicks() {
        return loop.clients.draining() ? Clients.LAST_CALL_TICKS : loop.idleTicks;
    }

    // ---- what the client sends

    @Override
    public void received(ByteBuf arrived) {
        ByteBuf in = arrived;
        if (exchange == null && !writable()) {
            stash(in);
            return;
        }
        if (exchange == null) {
            boolean worthScanning = HeadBytes.worthScanning(pending.get(), in, loop.limits.headBytesMax());
            in = HeadBytes.join(pending.take(), in);
            if (!worthScanning) {
                pending.put(in);
                return;
            }
        } else if (!pending.isEmpty() || !exchange.wantsBytes()) {
            stash(in);
            return;
        }
        process(in);
    }

    /**
     * Works through the bytes at hand: requests one after another, until one has to wait, or the client has to read
     * what it was answered. Owns the buffer.
     */
    private void process(ByteBuf in) {
        assert !processing;
        processing = true;
        try {
            work(in);
        } catch (Throwable e) {
            in.release();
            throw e;
        } finally {
            processing = false;
        }
        H2Server next = successor;
        if (next != null) {
            handOver(next, in);
            return;
        }
        if (in.isReadable() && link.open()) {
            keep(in);
        } else {
            in.release();
        }
        if (exchange == null && link.open()) {
            if (writable()) {
                resumeReading();
            } else {
                awaitReader();
            }
        }
        noticeEnd();
    }

    private void work(ByteBuf in) {
        while (in.isReadable() && link.open()) {
            Exchange current = exchange;
            if (current == null) {
                if (!writable() || !readHead(in)) {
                    break;
                }
            } else if (current.wantsBytes()) {
                current.requestBytes(in);
                if (!writable()) {
                    continue; // it is to read first: what it sends does not make up for that
                }
                if (exchange == current) {
                    awaitClient(current);
                }
            } else {
                break;
            }
        }
    }

    private void keep(ByteBuf in) {
        if (exchange == null && writable()) {
            pending.put(HeadBytes.keep(allocator(), in));
        } else {
            stash(in);
        }
    }

    /** Scans the next head and starts its exchange. False if more bytes are needed. */
    private boolean readHead(ByteBuf in) {
        Scan scan = loop.exchanges.scanner().scan(in);
        RequestHead head = loop.exchanges.scanner().head();
        switch (scan) {
            case INCOMPLETE -> {
                if (HeadBytes.onlyEmptyLine(in)) {
                    in.skipBytes(in.readableBytes());
                } else if (!headStarted && !HeadBytes.mayBeEmptyLine(in)) {
                    headStarted = true;
                    link.await(loop.requestHeadTicks);
                }
                return false;
            }
            case REFUSED -> {
                if (loop.terms.http2() && exchanges == 0 && beginsHttp2(in)) {
                    return false;
                }
                in.skipBytes(in.readableBytes());
                refuse(head.failure());
            }
            case COMPLETE -> {
                headStarted = false;
                link.awaitNothing();
                exchanges++;
                minorVersion = head.minorVersion();
                exchange = own;
                own.begin(head, in);
                if (exchange != null && own.awaitsClient()) {
                    link.await(loop.progressTicks);
                }
            }
        }
        return true;
    }

    /**
     * Whether the connection begins as one of HTTP/2 does (RFC 9113 section 3.4). HTTP/1.1 refuses that, so that its
     * requests are never asked. Once the preface is whole, the connection is handed over behind this.
     */
    private boolean beginsHttp2(ByteBuf in) {
        int known = Math.min(Frames.PREFACE_BYTES, in.readableBytes());
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != Frames.preface(i)) {
                return false;
            }
        }
        if (known == Frames.PREFACE_BYTES) {
            successor = new H2Server(loop, link);
        } else if (!headStarted) {
            headStarted = true;
            link.await(loop.requestHeadTicks);
        }
        return true;
    }

    /** The connection speaks HTTP/2 from its first byte on. */
    private void handOver(H2Server next, ByteBuf in) {
        successor = null;
        link.awaitNothing();
        link.handOver(next);
        loop.clients.replace(this, next);
        try {
            next.begin();
        } catch (Throwable e) {
            in.release();
            throw e;
        }
        next.received(in);
    }

    /** Bytes that have to wait until the exchange can take them or is over. */
    private void stash(ByteBuf in) {
        pending.append(allocator(), in);
        pauseReading();
    }

    private void processPending() {
        ByteBuf waiting = pending.take();
        if (waiting != null) {
            process(waiting);
        }
        if (exchange != null) {
            exchange.requestPause(); // no end of a read of the client's will do it
        }
    }

    /** Between two exchanges: the next one starts when the client has taken enough of what it was answered. */
    private void proceed() {
        if (!writable()) {
            awaitReader();
            return;
        }
        link.await(idleTicks());
        if (!pending.isEmpty()) {
            processPending();
        } else {
            resumeReading();
        }
    }

    private void awaitReader() {
        pauseReading();
        link.awaitProgress();
    }

    @Override
    public void receivedAll() {
        if (exchange != null) {
            exchange.requestPause();
        }
    }

    @Override
    public void inputEnded() {
        noticeEnd();
    }

    /** Acts on the end of what the client sends, once all that came before it has found its place. */
    private void noticeEnd() {
        if (!link.hasInputEnded() || !link.open()) {
            return;
        }
        if (exchange != null) {
            if (pending.isEmpty()) {
                exchange.clientEndOfInput();
            }
        } else if (pending.isEmpty() || writable()) { // what is left then is part of a head, and stays that
            pending.drop();
            link.finish();
        }
    }

    /** The client takes what it is sent: sets the time that it has to send what the exchange waits for. */
    private void awaitClient(Exchange current) {
        if (current.tunnelling()) {
            link.await(loop.tunnelIdleTicks);
        } else if (current.awaitsClient()) {
            link.await(loop.progressTicks);
        } else {
            link.awaitNothing();
        }
    }

    // ---- what the exchange wants of the client's input

    @Override
    public void pauseReading() {
        if (!link.paused()) {
            link.pauseReading();
            if (writable() && exchange != null && !exchange.tunnelling()) {
                link.awaitNothing(); // it is not the client that is waited for
            }
        }
    }

    @Override
    public void resumeReading() {
        if (link.paused() && (pending.isEmpty() || exchange == null) && (exchange != null || writable())) {
            link.resumeReading();
            if (exchange != null && exchange.awaitsClient() && writable()) {
                link.await(loop.progressTicks);
            }
        }
    }

    @Override
    public void continueReading() {
        if (!processing) {
            processPending();
        }
        if (exchange != null && exchange.wantsBytes() && pending.isEmpty()) {
            resumeReading();
            if (writable()) {
                awaitClient(exchange);
            }
        }
    }

    // ---- what the exchange sends

    @Override
    public ByteBufAllocator allocator() {
        return link.allocator();
    }

    @Override
    public void write(ByteBuf part) {
        link.write(part);
    }

    @Override
    public void flush() {
        link.flush();
    }

    @Override
    public void answer(ByteBuf answer) {
        link.write(answer);
        link.flush();
    }

    @Override
    public boolean writable() {
        return link.writable();
    }

    @Override
    public boolean takesSplice() {
        return link.takesSplice();
    }

    @Override
    public int splice(Link from, long max) {
        return link.spliceFrom(from, max, loop.pipe);
    }

    @Override
    public void endOutput() {
        link.endOutput();
    }

    @Override
    public void tunnelMoved() {
        if (writable()) {
            link.await(loop.tunnelIdleTicks);
        }
    }

    @Override
    public Dialect dialect() {
        return minorVersion == 1 ? Dialect.HTTP_1_1 : Dialect.HTTP_1_0;
    }

    @Override
    public boolean mayKeep() {
        int max = loop.limits.exchangesPerConnectionMax();
        boolean mayFollow = !link.hasInputEnded() || !pending.isEmpty() || processing;
        return !loop.clients.draining() && mayFollow && (max == 0 || exchanges < max);
    }

    @Override
    public HeldBytes.Account account() {
        return link.account();
    }

    @Override
    public Peer peer() {
        Peer known = peer;
        if (known == null) {
            known = loop.peer(link);
            peer = known;
        }
        return known;
    }

    @Override
    public Entrance listener() {
        return loop.entrance;
    }

    @Override
    public void writabilityChanged(boolean writable) {
        if (!writable) {
            link.awaitProgress();
        } else if (exchange != null) {
            awaitClient(exchange);
        }
        if (exchange != null) {
            exchange.clientWritability(writable);
        } else if (writable && !processing) {
            proceed();
        }
    }

    // ---- between exchanges, and the end

    @Override
    public void ended(boolean keep, boolean lingering) {
        flush(); // before the exchange is forgotten: becoming writable within this must not start the next one
        exchange = null;
        if (!keep || !link.open()) {
            boolean unread = lingering || !pending.isEmpty();
            pending.drop();
            if (unread && !link.hasInputEnded()) {
                link.linger(loop.lingerTicks);
            } else {
                link.finish();
            }
            return;
        }
        if (processing) {
            link.await(idleTicks());
        } else {
            proceed();
        }
    }

    /** Answers the head just scanned, which is no request, and closes: nobody knows where the next one would start. */
    private void refuse(Failure failure) {
        link.write(Refusal.answer(loop.exchanges, failure, peer(), allocator()));
        flush();
        link.linger(loop.lingerTicks);
    }

    /** Closes soon if nothing comes; what comes is answered, and the answer announces the end. */
    @Override
    void lastCall() {
        // A client that has not taken its response yet keeps the time that it has for that.
        if (exchange == null && pending.isEmpty() && link.open() && link.backlogBytes() == 0) {
            link.await(Clients.LAST_CALL_TICKS);
        }
    }

    @Override
    public void shed() {
        Exchange current = exchange;
        if (current != null) {
            current.fail(Failure.SHED); // has no answer, and so cuts the connection
        } else {
            end(true);
        }
    }

    @Override
    void cutOff() {
        Exchange current = exchange;
        if (current != null) {
            current.fail(Failure.CUT_OFF); // has no answer, and so cuts the connection
        } else {
            end(false);
        }
    }

    @Override
    public void cut(boolean visibly, Failure why) {
        end(visibly);
    }

    private void end(boolean visibly) {
        exchange = null;
        pending.drop();
        if (visibly) {
            link.reset();
        } else {
            link.close();
        }
    }

    @Override
    public void outputFailed() {
        link.close();
    }

    @Override
    public void broken() {
        link.close();
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a client connection", cause);
        link.account().failed(cause);
        Exchange current = exchange;
        exchange = null;
        boolean pretend = false;
        try {
            pretend = current != null && current.abandon();
            pending.drop();
        } finally {
            if (pretend) {
                link.reset();
            } else {
                link.close();
            }
        }
    }

    @Override
    public void closed() {
        pending.drop();
        loop.clients.remove(this);
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
    }

    @Override
    public void waitExpired() {
        if (link.progressed()) {
            return; // slow, but it takes what we send
        }
        Exchange current = exchange;
        ByteBuf begun = pending.get();
        boolean nothingBegun = begun == null || HeadBytes.mayBeEmptyLine(begun);
        if (current == null && (nothingBegun || !writable())) {
            link.close();
        } else if (current == null) {
            if (begun != null) {
                loop.exchanges.scanner().scan(begun); // for the answer; others have used the scratch space
            }
            refuse(Failure.HEAD_TIMEOUT);
        } else if (!writable()) {
            current.fail(Failure.CLIENT_STALLED);
        } else if (current.tunnelling()) {
            current.fail(Failure.TUNNEL_IDLE);
        } else if (current.awaitsClient() && !link.paused()) {
            current.fail(Failure.BODY_TIMEOUT);
        }
    }
}
