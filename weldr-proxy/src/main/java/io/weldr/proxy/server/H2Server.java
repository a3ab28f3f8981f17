package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameReader;
import io.weldr.proxy.http2.FrameSink;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.stats.Http2Stats;
import io.weldr.proxy.streams.StreamOutput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection of a client (RFC 9113): reads frames, starts an {@link H2Stream} for each request, and decides
 * when the connection ends. It begins with the client's preface, in the clear or within TLS. Confined to its event
 * loop.
 *
 * <p>The file is longer than others so that each frame and each end of a connection is answered in one place.
 */
public final class H2Server extends Client implements FrameSink {

    /** The window of the connection. It never holds a stream up, since only the windows of streams wait for origins. */
    private static final int WINDOW_BYTES_MIN = 1024 * 1024;

    private final ServerLoop loop;
    private final Link link;
    private final Http2Stats stats;
    private final StreamOutput output;
    private final FrameWriter frames;
    private final FrameReader reader = new FrameReader(this);
    private final H2Streams streams = new H2Streams();
    private final H2Limits limits;
    private final H2Requests requests;
    private final HeldBuffer partial; // the beginning of a frame
    private final Deadline unfinished; // the preface, a field block, or a frame
    private final Deadline goAwayTimer;
    private final List<H2Stream> fed = new ArrayList<>();
    private final int windowBytes;

    private @Nullable Peer peer;
    private int window = Frames.WINDOW_BYTES; // what the client may still send
    private int uncredited;
    private int peerStreamWindow = Frames.WINDOW_BYTES;
    private int exchanges;
    private boolean counted;
    private boolean settingsSeen; // those of the client
    private boolean settingsKnown; // those of weldr, to the client
    private boolean announced; // that the connection is going to end
    private boolean closing; // no stream is opened any more
    private boolean ended;

    /** A connection that begins. */
    public H2Server(ServerLoop loop) {
        this(loop, null);
    }

    /** A connection that TLS has been agreed on for, by a client that speaks HTTP/2 now. */
    H2Server(ServerLoop loop, Link standing, Peer peer) {
        this(loop, standing);
        this.peer = peer.overHttp2();
    }

    /**
     * A connection that has begun.
     *
     * @param standing the link that another protocol hands over; null: a new one
     */
    @SuppressWarnings("this-escape") // the link keeps it, and calls it when it is connected
    H2Server(ServerLoop loop, @Nullable Link standing) {
        this.loop = loop;
        var wheel = loop.exchanges.wheel();
        link = standing != null ? standing : new Link(this, wheel, loop.exchanges.held(), loop.progressTicks);
        stats = loop.exchanges.stats().http2;
        output = new StreamOutput(link, this::failed);
        frames = output.frames();
        limits = new H2Limits(loop.limits, wheel);
        requests = new H2Requests(this, streams, loop);
        partial = new HeldBuffer(link.account());
        unfinished = new Deadline(wheel, () -> guarded(this::unfinishedForTooLong));
        goAwayTimer = new Deadline(wheel, () -> guarded(this::closeToNewStreams));
        windowBytes = Math.max(WINDOW_BYTES_MIN, loop.limits.http2StreamWindowBytes());
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            failed(e);
        }
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public void connected() {
        loop.clients.add(this);
        begin();
        output.flush();
    }

    /** Tells the client what weldr's side is like. The caller flushes. */
    void begin() {
        counted = true;
        stats.connections.increment();
        stats.connectionsOpen.increment();
        frames.settings(
                loop.limits.http2StreamsMax(), loop.limits.http2StreamWindowBytes(), loop.limits.headBytesMax());
        frames.windowUpdate(0, windowBytes - window);
        window = windowBytes;
        unfinished.in(loop.requestHeadTicks);
        if (loop.clients.draining()) {
            announceEnd();
        }
    }

    // ---- what the client sends

    @Override
    public void received(ByteBuf arrived) {
        output.hold();
        ByteBuf in = HeadBytes.join(partial.take(), arrived);
        int before = in.readableBytes();
        try {
            reader.read(in);
        } catch (Throwable e) {
            in.release();
            throw e;
        }
        boolean progressed = in.readableBytes() < before;
        if (in.isReadable() && takesFrames()) {
            partial.put(HeadBytes.keep(link.allocator(), in));
        } else {
            in.release();
        }
        awaitRest(progressed);
    }

    /** A frame or a block that has begun has to be complete soon; DATA has the time of its stream. */
    private void awaitRest(boolean progressed) {
        if (!reader.begun() || reader.inBlock()) {
            return; // the time was set when it began
        }
        if (partial.isEmpty()) {
            unfinished.off();
        } else if (progressed || !unfinished.isSet()) {
            unfinished.in(loop.requestHeadTicks);
        }
    }

    @Override
    public void receivedAll() {
        for (int i = 0; i < fed.size(); i++) {
            fed.get(i).requestPause();
        }
        fed.clear();
        output.release();
    }

    /** The stream has written something to its origin, which has to leave when no more comes. */
    void fed(H2Stream stream) {
        if (!output.held()) {
            stream.requestPause();
        } else if (fed.isEmpty() || fed.get(fed.size() - 1) != stream) {
            fed.add(stream);
        }
    }

    @Override
    public boolean takesFrames() {
        return !ended && link.open();
    }

    private void idleFrame() {
        if (!limits.idleFrame()) {
            exceeded(Http2Limit.IDLE_FRAMES, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    /** Whether the stream may be known: a client uses odd numbers in growing order (RFC 9113 section 5.1.1). */
    boolean isIdle(int stream) {
        return stream > streams.last() || (stream & 1) == 0;
    }

    // ---- DATA

    @Override
    public void dataBegins(int id, int flowBytes, int padding) {
        H2Stream stream = streams.get(id);
        if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "DATA on an idle stream");
            return;
        }
        window -= flowBytes;
        if (window < 0) {
            connectionError(ErrorCode.FLOW_CONTROL_ERROR, "window of the connection");
            return;
        }
        uncredited += flowBytes;
        if (uncredited >= windowBytes / 2) { // whoever waits for an origin has a window of its own
            frames.windowUpdate(0, uncredited);
            window += uncredited;
            uncredited = 0;
        }
        if (stream == null) {
            if (!streams.wasReset(id)) {
                connectionError(ErrorCode.STREAM_CLOSED, "DATA on a closed stream");
            }
        } else if (stream.inputEnded()) {
            stream.fail(ErrorCode.STREAM_CLOSED, Failure.BAD_FRAMING);
        } else if (!stream.receive(flowBytes)) {
            stream.fail(ErrorCode.FLOW_CONTROL_ERROR, Failure.BAD_FRAMING);
        } else if (padding > 0) {
            stream.credit(padding);
        }
        if (flowBytes == padding) {
            idleFrame();
        } else {
            limits.useful();
        }
    }

    @Override
    public void data(int id, ByteBuf part) {
        H2Stream stream = streams.get(id);
        if (stream != null) {
            stream.content(part);
        }
    }

    @Override
    public void dataEnds(int id, boolean endStream) {
        H2Stream stream = streams.get(id);
        if (endStream && stream != null) {
            stream.endInput(null);
        }
    }

    /** A frame with content was sent: it pays for what the client answers. */
    void sentContent() {
        limits.useful();
    }

    // ---- field sections

    @Override
    public void headers(int id, ByteBuf fragment, boolean endStream, boolean endBlock) {
        if (!endBlock) {
            unfinished.in(loop.requestHeadTicks);
        }
        requests.headers(id, fragment, endStream, endBlock);
    }

    @Override
    public void continuation(int id, ByteBuf fragment, boolean endBlock) {
        requests.continuation(id, fragment, endBlock);
    }

    /** A request has come in a stream of that number. */
    void requestCame() {
        limits.useful();
        int max = loop.limits.exchangesPerConnectionMax();
        if (++exchanges >= max && max > 0) {
            announceEnd();
        }
    }

    /** Whether no stream is opened any more: the client will learn that it was not looked at (RFC 9113 section 6.8). */
    boolean closing() {
        return closing;
    }

    /** Whether the client knows how many streams it may have. */
    boolean settingsKnown() {
        return settingsKnown;
    }

    H2Stream open(int id, boolean endStream) {
        if (streams.count() == 0) {
            link.awaitNothing(); // each stream has a time of its own
        }
        H2Stream stream = streams.spare();
        if (stream == null) {
            stream = new H2Stream(this, loop, output);
        }
        streams.add(id, stream.open(id, peerStreamWindow, endStream));
        stats.streams.increment();
        stats.streamsOpen.increment();
        return stream;
    }

    // ---- the other frames

    @Override
    public void reset(int id, long code) {
        if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "RST_STREAM on an idle stream");
            return;
        }
        H2Stream stream = streams.get(id);
        if (stream == null) {
            idleFrame();
            return;
        }
        stats.resetsReceived.increment();
        stream.gone();
        remove(stream);
        if (!limits.reset()) {
            exceeded(Http2Limit.RESETS, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    @Override
    public void settings(ByteBuf values) {
        if (settingsSeen) {
            idleFrame();
        } else {
            settingsSeen = true;
            unfinished.off();
            if (streams.count() == 0) {
                link.await(loop.idleTicks);
            }
        }
        int seen = peerStreamWindow;
        if (H2Settings.read(values, this, frames) && takesFrames()) {
            frames.acknowledgeSettings();
            if (peerStreamWindow != seen) {
                changeWindows((long) peerStreamWindow - seen);
            }
        }
    }

    /** The window that streams start with (RFC 9113 section 6.9.2). */
    void peerStreamWindow(int bytes) {
        peerStreamWindow = bytes;
    }

    private void changeWindows(long change) {
        for (H2Stream stream : streams.all()) {
            if (!stream.openSendWindow(change)) {
                connectionError(ErrorCode.FLOW_CONTROL_ERROR, "window of a stream");
                return;
            }
        }
    }

    @Override
    public void settingsAcknowledged() {
        if (settingsKnown) {
            idleFrame();
        }
        settingsKnown = true;
    }

    @Override
    public void ping(long opaque) {
        idleFrame();
        if (takesFrames()) {
            frames.acknowledgePing(opaque);
        }
    }

    /** The client opens no more streams: those under way finish. */
    @Override
    public void goAway(int lastStream, long code) {
        idleFrame();
        if (takesFrames()) {
            closing = true;
            finishIfOver();
        }
    }

    @Override
    public void windowUpdate(int id, int increment) {
        idleFrame();
        if (!takesFrames()) {
            return;
        }
        if (id == 0) {
            if (!output.credit(increment)) {
                connectionError(ErrorCode.FLOW_CONTROL_ERROR, "window of the connection");
            }
            return;
        }
        if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream");
            return;
        }
        H2Stream stream = streams.get(id);
        if (stream != null && !stream.openSendWindow(increment)) {
            stream.fail(ErrorCode.FLOW_CONTROL_ERROR, Failure.BAD_FRAMING);
        }
    }

    @Override
    public void pingAcknowledged(long opaque) {
        idleFrame(); // weldr has sent none
    }

    @Override
    public void ignored() {
        idleFrame();
    }

    @Override
    public void streamError(int id, ErrorCode code) {
        H2Stream stream = streams.get(id);
        if (stream != null) {
            stream.fail(code, Failure.BAD_FRAMING);
        } else if (isIdle(id)) {
            connectionError(code, "frame on an idle stream");
        } else {
            idleFrame(); // it is closed already
        }
    }

    // ---- the ends of streams

    /** Ends a stream that is not opened, or not any more. */
    void reset(int id, ErrorCode code) {
        if (takesFrames()) {
            frames.reset(id, code);
            stats.resetsSent.increment();
            streams.rememberReset(id);
        }
    }

    /** weldr ends the stream before its client does. */
    void reset(H2Stream stream, ErrorCode code, boolean provoked) {
        if (stream.id() == 0) {
            return;
        }
        reset(stream.id(), code);
        remove(stream);
        if (provoked) {
            countProvoked();
        }
        output.pump();
    }

    /** Both sides have said all. */
    void closed(H2Stream stream) {
        if (stream.id() != 0) {
            remove(stream);
        }
    }

    private void remove(H2Stream stream) {
        streams.remove(stream);
        stats.streamsOpen.add(-1);
        if (streams.count() == 0 && !ended) {
            if (link.writable()) {
                link.await(loop.clients.draining() ? Clients.LAST_CALL_TICKS : loop.idleTicks);
            }
            finishIfOver();
        }
    }

    /** The client has brought it about that a stream was reset. */
    void countProvoked() {
        if (takesFrames() && !limits.provokedReset()) {
            exceeded(Http2Limit.PROVOKED_RESETS, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    // ---- the ends of the connection

    /** A limit was exceeded that costs the connection nothing. */
    void exceeded(Http2Limit limit) {
        stats.limits(limit).increment();
    }

    @Override
    public void exceeded(Http2Limit limit, ErrorCode code) {
        if (takesFrames()) {
            exceeded(limit);
            connectionError(code, limit.label());
        }
    }

    @Override
    public void connectionError(ErrorCode code, String why) {
        if (!takesFrames()) {
            return;
        }
        ended = true;
        endStreams(stream -> stream.gone());
        goAway(streams.last(), code, why);
        output.flush();
        link.linger(loop.lingerTicks);
    }

    private void goAway(int last, ErrorCode code, String why) {
        frames.goAway(last, code, why);
        stats.goAways(code).increment();
    }

    private void endStreams(java.util.function.Consumer<H2Stream> how) {
        for (H2Stream stream : streams.all()) {
            how.accept(stream);
            if (stream.id() != 0) {
                remove(stream);
            }
        }
    }

    /** Announces the end, and takes what the client sent before it could know (RFC 9113 section 6.8). */
    private void announceEnd() {
        if (announced || !takesFrames()) {
            return;
        }
        announced = true;
        goAway(Frames.INT31_MAX, ErrorCode.NO_ERROR, "draining");
        goAwayTimer.in(Clients.LAST_CALL_TICKS);
        output.pump();
    }

    private void closeToNewStreams() {
        if (!takesFrames()) {
            return;
        }
        closing = true;
        goAway(streams.last(), ErrorCode.NO_ERROR, "draining");
        output.pump();
        finishIfOver();
    }

    /** No stream is under way and none will be opened: what was written leaves, then the connection closes. */
    private void finishIfOver() {
        if (closing && streams.count() == 0 && takesFrames()) {
            ended = true;
            output.flush();
            if (link.hasInputEnded()) {
                link.finish();
            } else {
                link.linger(loop.lingerTicks);
            }
        }
    }

    @Override
    void lastCall() {
        announceEnd();
    }

    @Override
    void cutOff() {
        if (takesFrames()) {
            endStreams(stream -> stream.end(Failure.CUT_OFF));
            goAway(streams.last(), ErrorCode.NO_ERROR, "closing");
            ended = true;
            output.flush();
        }
        link.close();
    }

    @Override
    public void shed() {
        endStreams(stream -> stream.end(Failure.SHED));
        ended = true;
        link.reset();
    }

    private void unfinishedForTooLong() {
        if (!reader.begun()) {
            exceeded(Http2Limit.PREFACE_TIME, ErrorCode.SETTINGS_TIMEOUT);
        } else {
            exceeded(Http2Limit.BLOCK_TIME, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    // ---- what the link tells

    @Override
    public void writabilityChanged(boolean writable) {
        if (!writable) {
            link.pauseReading(); // it is to read first: what it sends does not make up for that
            link.awaitProgress();
            return;
        }
        link.resumeReading();
        if (streams.count() == 0) {
            link.await(loop.idleTicks);
        } else {
            link.awaitNothing();
        }
        output.pump();
    }

    /** Requests that are not complete will not be; the others are answered. */
    @Override
    public void inputEnded() {
        if (!takesFrames()) {
            return;
        }
        closing = true;
        for (H2Stream stream : streams.all()) {
            if (!stream.inputEnded()) {
                stream.gone();
                closed(stream);
            }
        }
        finishIfOver();
    }

    @Override
    public void waitExpired() {
        if (link.progressed()) {
            return; // slow, but it takes what we send
        }
        if (!link.writable()) {
            endStreams(stream -> stream.end(Failure.CLIENT_STALLED));
            link.close();
        } else if (streams.count() == 0) {
            exceeded(Http2Limit.IDLE_TIME, ErrorCode.NO_ERROR);
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
        ended = true;
        try {
            endStreams(H2Stream::abandon);
        } catch (Throwable e) {
            Faults.report("the streams of a client connection", e);
        } finally {
            link.reset();
        }
    }

    @Override
    public void closed() {
        ended = true;
        loop.clients.remove(this);
        unfinished.cancel();
        goAwayTimer.cancel();
        if (counted) {
            counted = false;
            stats.connectionsOpen.add(-1);
        }
        try {
            endStreams(H2Stream::gone);
        } finally {
            streams.clear();
            fed.clear();
            output.drop();
            partial.drop();
            requests.drop();
        }
    }

    // ---- what streams ask

    Peer peer() {
        Peer known = peer;
        if (known == null) {
            known = loop.peer(link).overHttp2();
            peer = known;
        }
        return known;
    }
}
