package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.collection.IntObjectHashMap;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.HeadBytes;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.FrameBudget;
import io.weldr.proxy.http2.FrameReader;
import io.weldr.proxy.http2.FrameSink;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.http2.HpackReader;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.stats.Http2Stats;
import io.weldr.proxy.streams.FieldBlockBuffer;
import io.weldr.proxy.streams.StreamOutput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to an origin (RFC 9113), shared by many requests: reads frames, gives each request an {@link
 * H2OriginStream}, and decides when the connection ends. It is ready when the origin's first SETTINGS have come: then
 * the origin does speak HTTP/2, and how many streams it takes is known. Confined to its event loop.
 *
 * <p>The file is longer than others so that each frame and each end of a connection is answered in one place.
 */
final class H2Origin extends OriginConnection implements FrameSink {

    /** RFC 9113 section 3.2. */
    static final String ALPN = "h2";

    /** The window of the connection. It never holds a stream up, since only the windows of streams wait for clients. */
    private static final int WINDOW_BYTES_MIN = 4 * 1024 * 1024;

    /** Objects kept for the next streams: as many as a busy connection mostly has at a time. */
    private static final int SPARE_MAX = 16;

    /** Useless frames that one frame with content pays for: a ping and two window updates, and some more. */
    private static final int PAID_FRAMES = 4;

    private static final long TICKS_PER_SECOND = 1000 / DeadlineWheel.TICK_MILLIS;

    /** Beyond this, numbers of streams end soon: the connection makes room for a new one. */
    private static final int STREAM_NUMBER_MAX = Integer.MAX_VALUE - 100_000;

    /** Who has the connection. */
    private enum Phase {
        /** Not connected yet, or TLS does not stand, or the origin has not said how it speaks HTTP/2. */
        OPENING,
        OPEN,
        /** Takes no more requests; those under way finish. */
        LEAVING,
        CLOSED
    }

    private final Link link;
    private final ReuseTerms terms;
    private final boolean secure;
    private final Http2Stats stats;
    private final StreamOutput output;
    private final FrameWriter frames;
    private final FrameReader reader = FrameReader.ofServer(this);
    private final HpackReader hpack;
    private final FieldBlockBuffer block;
    private final HeldBuffer partial; // the beginning of a frame
    private final FrameBudget idleFrames;
    private final FrameBudget malformed;
    private final Deadline timer; // for the first SETTINGS, then for pings
    private final IntObjectHashMap<H2OriginStream> streams = new IntObjectHashMap<>();
    private final ArrayDeque<H2OriginStream> spare = new ArrayDeque<>();
    private final List<H2OriginStream> fed = new ArrayList<>();
    private final int windowBytes;

    private Phase phase = Phase.OPENING;
    private @Nullable Runnable ready; // while OPENING
    private @Nullable Consumer<Failure> notReady;
    private int taken; // streams that requests hold, those without a number too
    private int nextId = 1;
    private boolean used; // by a request before
    private int window = Frames.WINDOW_BYTES; // what the origin may still send
    private int uncredited;
    private int peerStreamWindow = Frames.WINDOW_BYTES;
    private long peerStreamsMax = Long.MAX_VALUE;
    private boolean heard; // something, since the timer was looked at
    private boolean asked; // by a ping
    private boolean inStats;

    /**
     * A connection that does not stand yet.
     *
     * @param standing the link that another protocol hands over; null: a new one
     * @param terms for how long it may be reused
     */
    @SuppressWarnings("this-escape") // the link keeps it, and calls it when it is connected
    H2Origin(Endpoint endpoint, @Nullable Link standing, ReuseTerms terms, boolean secure) {
        super(endpoint);
        link = standing != null ? standing : new Link(this, shared.wheel, shared.held, shared.progressTicks);
        this.terms = terms;
        this.secure = secure;
        stats = shared.http2;
        output = new StreamOutput(link, this::failed);
        frames = output.frames();
        hpack = new HpackReader(shared.limits.headBytesMax());
        block = new FieldBlockBuffer(shared.limits, link.account());
        partial = new HeldBuffer(link.account());
        idleFrames = new FrameBudget(shared.limits.http2IdleFramesMax(), TICKS_PER_SECOND);
        malformed = new FrameBudget(shared.limits.http2ProvokedResetsMax(), TICKS_PER_SECOND);
        timer = new Deadline(shared.wheel, () -> guarded(this::timeIsUp));
        windowBytes = Math.max(WINDOW_BYTES_MIN, shared.limits.originStreamWindowBytes());
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            failed(e);
        }
    }

    @Override
    Link link() {
        return link;
    }

    // ---- life of the connection

    @Override
    public void connected() {
        // TLS may have to stand first: the connector calls whenReady().
    }

    @Override
    @Nullable OriginConnection chosen(@Nullable String protocol, ReuseTerms unused) {
        return ALPN.equals(protocol) ? this : null;
    }

    /** Says how weldr speaks HTTP/2, and waits for the origin to say the same. */
    @Override
    void whenReady(Runnable then, Consumer<Failure> otherwise) {
        ready = then;
        notReady = otherwise;
        if (!link.alive()) {
            end(Failure.NOT_HTTP2);
            return;
        }
        guarded(this::begin); // whoever calls does not hear of what is thrown
    }

    private void begin() {
        timer.in(shared.tlsTicks);
        frames.preface(shared.limits.originStreamWindowBytes(), shared.limits.headBytesMax());
        frames.windowUpdate(0, windowBytes - window);
        window = windowBytes;
        output.flush();
    }

    @Override
    void opened() {
        super.opened();
        inStats = true;
        stats.connections.increment();
        stats.connectionsOpen.increment();
        phase = Phase.OPEN;
        timer.off();
        link.await(terms.idleTicks());
        if (!link.alive()) {
            link.close();
        }
    }

    /** Whether it takes requests, now or when others are over. One that is too old begins to leave. */
    boolean takesRequests() {
        if (phase == Phase.OPEN && (!terms.allowAnother() || nextId >= STREAM_NUMBER_MAX)) {
            stepBack(ErrorCode.NO_ERROR);
        }
        return phase == Phase.OPEN && link.alive();
    }

    /** Whether it takes another request now. */
    boolean hasRoom() {
        return takesRequests() && taken < Math.min(peerStreamsMax, shared.limits.originStreamsMax());
    }

    boolean idle() {
        return taken == 0;
    }

    boolean used() {
        return used;
    }

    /** A stream for a request. Only if it {@link #hasRoom}. */
    H2OriginStream take() {
        assert phase == Phase.OPEN : phase;
        if (taken++ == 0) {
            link.awaitNothing(); // each stream has a time of its own
            if (shared.pingTicks > 0 && !asked) {
                heard = false;
                timer.in(shared.pingTicks);
            }
        }
        H2OriginStream stream = spare.poll();
        stream = stream == null ? new H2OriginStream(this, output) : stream;
        stream.open(used);
        used = true;
        stats.streams.increment();
        stats.streamsOpen.increment();
        return stream;
    }

    /** The head of its request is about to be sent: gives the stream its number. */
    int register(H2OriginStream stream) {
        int id = nextId;
        nextId += 2;
        streams.put(id, stream);
        return id;
    }

    /** A stream is over on both sides, or nobody wants it any more. */
    void remove(H2OriginStream stream) {
        int id = stream.id();
        if (id != 0) {
            streams.remove(id);
        }
        stream.close();
        stats.streamsOpen.add(-1);
        if (phase != Phase.CLOSED && spare.size() < SPARE_MAX) {
            spare.push(stream);
        } else {
            stream.cancel();
        }
        taken--;
        assert taken >= 0 : taken;
        if (phase == Phase.OPEN) {
            if (taken == 0 && link.writable()) {
                link.await(terms.idleTicks());
            }
            endpoint.hasRoomAgain(this);
        } else if (phase == Phase.LEAVING && taken == 0) {
            finish();
        }
    }

    int peerStreamWindow() {
        return peerStreamWindow;
    }

    boolean secure() {
        return secure;
    }

    /** No more requests; those under way finish. */
    private void stepBack(ErrorCode code) {
        phase = Phase.LEAVING;
        endpoint.forget(this);
        if (taken == 0) {
            frames.goAway(0, code, "");
            stats.goAways(code).increment();
            finish();
        }
    }

    /** No stream is under way: what was written leaves, then the connection closes. */
    private void finish() {
        phase = Phase.CLOSED;
        timer.cancel();
        output.flush();
        link.finish();
    }

    /** The origin has left its pool, or is not to be connected to any more. */
    @Override
    void close() {
        if (phase == Phase.OPEN) {
            stepBack(ErrorCode.NO_ERROR);
        } else if (phase == Phase.OPENING) {
            phase = Phase.CLOSED;
            timer.cancel();
            link.close();
        }
    }

    /** The origin's time is over: what is under way ends, with an answer where none has begun. */
    @Override
    void cutOff() {
        end(stream -> Failure.EXCHANGE_TIMEOUT, ErrorCode.CANCEL);
    }

    // ---- what streams ask

    void reset(int id, ErrorCode code) {
        if (takesFrames()) {
            frames.reset(id, code);
            stats.resetsSent.increment();
            output.pump();
        }
    }

    void creditStream(int id, int more) {
        if (takesFrames()) {
            frames.windowUpdate(id, more);
            output.pump();
        }
    }

    /**
     * A stream has waited for its response in vain. If the origin has begun a frame and does not end it, that would
     * swallow the next responses, too, and bytes would come all the time: then the connection takes no more requests.
     */
    void waitedInVain() {
        if (phase == Phase.OPEN && (!partial.isEmpty() || reader.inBlock() || reader.inData())) {
            stepBack(ErrorCode.NO_ERROR);
        }
    }

    /** A frame with content was sent: it pays for what the origin answers. */
    void sentContent() {
        idleFrames.credit(PAID_FRAMES);
    }

    // ---- what the origin sends

    @Override
    public void received(ByteBuf arrived) {
        heard = true;
        if (asked) {
            asked = false;
            timer.in(shared.pingTicks);
        }
        output.hold();
        ByteBuf in = HeadBytes.join(partial.take(), arrived);
        try {
            reader.read(in);
        } catch (Throwable e) {
            in.release();
            throw e;
        }
        if (in.isReadable() && takesFrames()) {
            partial.put(HeadBytes.keep(link.allocator(), in));
        } else {
            in.release();
        }
    }

    @Override
    public void receivedAll() {
        for (int i = 0; i < fed.size(); i++) {
            fed.get(i).pause();
        }
        fed.clear();
        output.release();
    }

    private void fed(H2OriginStream stream) {
        if (fed.isEmpty() || fed.get(fed.size() - 1) != stream) {
            fed.add(stream);
        }
    }

    @Override
    public boolean takesFrames() {
        return phase != Phase.CLOSED && link.open();
    }

    private void idleFrame() {
        if (!idleFrames.take(shared.wheel.now())) {
            exceeded(Http2Limit.IDLE_FRAMES, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    /** Whether weldr has not opened that stream. */
    private boolean isIdle(int id) {
        return id >= nextId || (id & 1) == 0;
    }

    private void wrong(H2OriginStream stream, @Nullable Failure failure) {
        if (failure == null) {
            return;
        }
        stream.endFor(failure, ErrorCode.PROTOCOL_ERROR);
        if (takesFrames() && !malformed.take(shared.wheel.now())) {
            exceeded(Http2Limit.PROVOKED_RESETS, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    // ---- DATA

    @Override
    public void dataBegins(int id, int flowBytes, int padding) {
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
        if (uncredited >= windowBytes / 2) { // whoever waits for a client has a window of its own
            frames.windowUpdate(0, uncredited);
            window += uncredited;
            uncredited = 0;
        }
        H2OriginStream stream = streams.get(id);
        if (stream != null) {
            if (!stream.receive(flowBytes)) {
                wrong(stream, Failure.BAD_RESPONSE);
            } else if (padding > 0) {
                stream.credit(padding);
            }
        }
        if (flowBytes == padding) {
            idleFrame();
        } else {
            sentContent();
        }
    }

    @Override
    public void data(int id, ByteBuf part) {
        H2OriginStream stream = streams.get(id);
        if (stream != null) {
            fed(stream);
            try {
                wrong(stream, stream.received(part));
            } catch (Throwable e) {
                threw(stream, e);
            }
        }
    }

    /** What is thrown by the exchange of one stream ends that stream: the others have no part in it. */
    private void threw(H2OriginStream stream, Throwable cause) {
        Faults.report("a stream to an origin", cause);
        link.account().failed(cause);
        stream.endFor(Failure.INTERNAL, ErrorCode.INTERNAL_ERROR);
    }

    @Override
    public void dataEnds(int id, boolean endStream) {
        H2OriginStream stream = streams.get(id);
        if (endStream && stream != null) {
            try {
                wrong(stream, stream.endInput(null));
            } catch (Throwable e) {
                threw(stream, e);
            }
        }
    }

    // ---- field sections

    @Override
    public void headers(int id, ByteBuf fragment, boolean endStream, boolean endBlock) {
        if (endBlock) {
            section(id, fragment, endStream);
            return;
        }
        block.begin(endStream);
        addToBlock(fragment);
    }

    private void addToBlock(ByteBuf fragment) {
        Http2Limit exceeded = block.add(link.allocator(), fragment);
        if (exceeded != null) {
            exceeded(exceeded, ErrorCode.ENHANCE_YOUR_CALM);
        }
    }

    @Override
    public void continuation(int id, ByteBuf fragment, boolean endBlock) {
        addToBlock(fragment);
        if (!endBlock || !takesFrames()) {
            return;
        }
        ByteBuf whole = block.take();
        try {
            section(id, whole == null ? Unpooled.EMPTY_BUFFER : whole, block.endStream());
        } finally {
            if (whole != null) {
                whole.release();
            }
        }
    }

    /** A whole field block: every one is decoded, since later ones refer to it. */
    private void section(int id, ByteBuf whole, boolean endStream) {
        if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "HEADERS on an idle stream");
            return;
        }
        if (whole.readableBytes() > shared.limits.headBytesMax()) {
            exceeded(Http2Limit.BLOCK_BYTES, ErrorCode.ENHANCE_YOUR_CALM);
            return;
        }
        H2OriginStream stream = streams.get(id);
        boolean trailers = stream == null || stream.awaitsTrailers();
        HpackReader.Result result = hpack.decode(id, whole, shared.responseFields.begin(trailers));
        if (result == HpackReader.Result.BROKEN) {
            connectionError(ErrorCode.COMPRESSION_ERROR, "field block");
        } else if (stream == null) {
            return; // weldr has ended it
        } else if (result == HpackReader.Result.TOO_LARGE) {
            stats.limits(Http2Limit.SECTION_BYTES).increment();
            wrong(stream, trailers ? Failure.BAD_RESPONSE : Failure.RESPONSE_HEAD_TOO_LARGE);
        } else if (!shared.responseFields.finish()) {
            wrong(stream, Failure.BAD_RESPONSE);
        } else {
            sentContent();
            fed(stream);
            try {
                wrong(stream, stream.section(shared.responseFields.text(), endStream));
            } catch (Throwable e) {
                threw(stream, e);
            }
        }
    }

    // ---- the other frames

    @Override
    public void reset(int id, long code) {
        if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "RST_STREAM on an idle stream");
            return;
        }
        H2OriginStream stream = streams.get(id);
        if (stream == null) {
            idleFrame();
        } else {
            stats.resetsReceived.increment();
            stream.resetBy(code);
        }
    }

    @Override
    public void settings(ByteBuf values) {
        int before = peerStreamWindow;
        while (values.isReadable()) {
            if (!setting(values.readUnsignedShort(), values.readUnsignedInt())) {
                return;
            }
        }
        frames.acknowledgeSettings();
        if (phase == Phase.OPENING) {
            becomeReady();
            return;
        }
        idleFrame();
        long change = (long) peerStreamWindow - before;
        if (change != 0) {
            for (H2OriginStream stream : all()) {
                if (!stream.openSendWindow(change)) {
                    connectionError(ErrorCode.FLOW_CONTROL_ERROR, "window of a stream");
                    return;
                }
            }
        }
        if (phase == Phase.OPEN) {
            endpoint.hasRoomAgain(this); // it may take more than before
        }
    }

    /** RFC 9113 section 6.5.2. What weldr has no use for is only checked. False: it ended the connection. */
    private boolean setting(int identifier, long value) {
        switch (identifier) {
            case Frames.ENABLE_PUSH -> {
                if (value != 0) {
                    connectionError(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH");
                }
            }
            case Frames.MAX_CONCURRENT_STREAMS -> peerStreamsMax = value;
            case Frames.INITIAL_WINDOW_SIZE -> {
                if (value > Frames.INT31_MAX) {
                    connectionError(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE");
                } else {
                    peerStreamWindow = (int) value;
                }
            }
            case Frames.MAX_FRAME_SIZE -> {
                if (value < Frames.PAYLOAD_BYTES_MAX || value > Frames.FRAME_BYTES_MOST) {
                    connectionError(ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE");
                } else {
                    frames.payloadMax((int) value);
                }
            }
            default -> {} // the encoder keeps no table, and no other is of use
        }
        return takesFrames();
    }

    private void becomeReady() {
        Runnable then = ready;
        ready = null;
        notReady = null;
        if (then == null) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "SETTINGS before the preface");
        } else {
            then.run();
        }
    }

    @Override
    public void settingsAcknowledged() {
        idleFrame();
    }

    @Override
    public void ping(long opaque) {
        idleFrame();
        if (takesFrames()) {
            frames.acknowledgePing(opaque);
        }
    }

    /** That something came is what counts. */
    @Override
    public void pingAcknowledged(long opaque) {
        idleFrame();
    }

    /**
     * The origin takes no more streams, and may not have looked at some: these may be sent elsewhere (RFC 9113 section
     * 6.8).
     */
    @Override
    public void goAway(int lastStream, long code) {
        idleFrame();
        if (!takesFrames() || phase == Phase.OPENING) {
            connectionError(ErrorCode.NO_ERROR, "");
            return;
        }
        if (phase == Phase.OPEN) {
            stats.goAwaysReceived.increment();
            phase = Phase.LEAVING;
            endpoint.forget(this);
        }
        for (H2OriginStream stream : all()) {
            if (stream.id() > lastStream) {
                stream.notProcessed();
            }
        }
        if (taken == 0 && phase == Phase.LEAVING) {
            finish();
        }
    }

    /** The origin has made room. */
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
        } else if (isIdle(id)) {
            connectionError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream");
        } else {
            H2OriginStream stream = streams.get(id);
            if (stream != null && !stream.openSendWindow(increment)) {
                wrong(stream, Failure.BAD_RESPONSE);
            }
        }
    }

    @Override
    public void ignored() {
        idleFrame();
    }

    @Override
    public void streamError(int id, ErrorCode code) {
        H2OriginStream stream = streams.get(id);
        if (stream != null) {
            wrong(stream, Failure.BAD_RESPONSE);
        } else if (isIdle(id)) {
            connectionError(code, "frame on an idle stream");
        } else {
            idleFrame(); // it is closed already
        }
    }

    /** Those with a number, in no order. A copy: they may end meanwhile. */
    private H2OriginStream[] all() {
        return streams.values().toArray(new H2OriginStream[0]);
    }

    // ---- the ends of the connection

    @Override
    public void exceeded(Http2Limit limit, ErrorCode code) {
        if (takesFrames()) {
            stats.limits(limit).increment();
            connectionError(code, limit.label());
        }
    }

    /** The origin breaks the rules. */
    @Override
    public void connectionError(ErrorCode code, String why) {
        if (takesFrames()) {
            frames.goAway(0, code, why);
            stats.goAways(code).increment();
            output.flush();
            end(stream -> Failure.BAD_RESPONSE, code);
        }
    }

    /** Everything under way ends for that reason, and the connection with it. */
    private void end(java.util.function.Function<H2OriginStream, Failure> why, ErrorCode code) {
        if (phase == Phase.CLOSED) {
            return;
        }
        boolean opening = phase == Phase.OPENING;
        phase = Phase.CLOSED;
        timer.cancel();
        if (!opening) {
            endpoint.forget(this);
        }
        link.close();
        for (H2OriginStream stream : all()) {
            if (stream.whole()) {
                stream.connectionLost(); // the client may have the rest
            } else {
                stream.endFor(why.apply(stream), code);
            }
        }
        tellNotReady(Failure.NOT_HTTP2);
    }

    private void end(Failure why) {
        end(stream -> why, ErrorCode.CANCEL);
    }

    private void tellNotReady(Failure failure) {
        Consumer<Failure> told = notReady;
        ready = null;
        notReady = null;
        if (told != null) {
            told.accept(failure);
        }
    }

    private void timeIsUp() {
        if (phase == Phase.OPENING) {
            end(Failure.NOT_HTTP2);
        } else if (taken == 0 || phase == Phase.CLOSED) {
            return; // nobody waits for it
        } else if (heard) {
            heard = false;
            timer.in(shared.pingTicks);
        } else if (!asked) {
            asked = true;
            frames.ping(nextId);
            output.flush();
            timer.in(shared.pingTimeoutTicks);
        } else {
            end(H2OriginStream::silent, ErrorCode.CANCEL);
        }
    }

    @Override
    public void shed() {
        end(Failure.MEMORY_FULL);
    }

    // ---- what the link tells

    @Override
    public void writabilityChanged(boolean writable) {
        if (!writable) {
            link.awaitProgress();
            return;
        }
        if (taken == 0) {
            link.await(terms.idleTicks());
        } else {
            link.awaitNothing();
        }
        output.pump();
    }

    @Override
    public void inputEnded() {
        if (phase != Phase.CLOSED) {
            lost();
            link.finish();
        }
    }

    /** No more comes: each stream ends as far as it had come. */
    private void lost() {
        boolean opening = phase == Phase.OPENING;
        phase = Phase.CLOSED;
        timer.cancel();
        if (!opening) {
            endpoint.forget(this);
        }
        for (H2OriginStream stream : all()) {
            stream.connectionLost();
        }
        tellNotReady(Failure.NOT_HTTP2);
    }

    @Override
    public void waitExpired() {
        if (link.progressed()) {
            return; // slow, but it takes what we send
        }
        if (!link.writable()) {
            end(Failure.REQUEST_STALLED);
        } else if (taken == 0) {
            close();
        }
    }

    /** What the origin has sent may say why: it is still read. */
    @Override
    public void outputFailed() {
        link.await(shared.progressTicks);
    }

    @Override
    public void broken() {
        if (phase != Phase.CLOSED) {
            lost();
        }
        link.close();
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a connection to an origin", cause);
        link.account().failed(cause);
        try {
            end(Failure.INTERNAL);
        } finally {
            link.close();
        }
    }

    @Override
    public void closed() {
        try {
            if (phase != Phase.CLOSED) {
                lost();
            }
        } finally {
            spare.forEach(H2OriginStream::cancel);
            spare.clear();
            fed.clear();
            output.drop();
            partial.drop();
            block.drop();
            timer.cancel();
            if (inStats) {
                inStats = false;
                stats.connectionsOpen.add(-1);
            }
            leave();
        }
    }
}
