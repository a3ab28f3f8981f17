package io.weldr.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * A session of an {@link SSLEngine}. Its tasks run at once, on the event loop: whoever needs more speed has the other
 * library. With TLS 1.2 the engine ends both sides when the peer ends its own.
 */
final class JdkSession implements TlsSession {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteBufAllocator allocator;
    private final long createdMillis = System.currentTimeMillis();
    private @Nullable ByteBuf rest; // a part of a record
    private boolean established;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean broken;

    JdkSession(SSLEngine engine, ByteBufAllocator allocator) {
        this.engine = engine;
        this.allocator = allocator;
    }

    @Override
    public @Nullable ByteBuf read(ByteBuf in, Wire wire) throws TlsException {
        ByteBuf records = join(in);
        ByteBuf plain = null;
        boolean whole = false;
        try {
            if (!broken && !inputEnded) {
                plain = allocator.directBuffer(Math.max(records.readableBytes(), applicationBytes()));
                unwrap(records, plain, wire);
            }
            whole = true;
        } catch (SSLException e) {
            throw failed(e, wire);
        } finally {
            if (whole && !broken && !inputEnded && records.isReadable()) {
                rest = records;
            } else {
                records.release();
            }
            if (plain != null && (!whole || !plain.isReadable())) {
                plain.release();
                plain = null;
            }
        }
        return plain;
    }

    private ByteBuf join(ByteBuf in) {
        ByteBuf before = rest;
        rest = null;
        if (before == null) {
            return in;
        }
        try {
            ByteBuf joined = allocator.directBuffer(before.readableBytes() + in.readableBytes());
            return joined.writeBytes(before).writeBytes(in);
        } finally {
            before.release();
            in.release();
        }
    }

    private int applicationBytes() {
        return engine.getSession().getApplicationBufferSize();
    }

    private void unwrap(ByteBuf records, ByteBuf plain, Wire wire) throws SSLException {
        while (true) {
            plain.ensureWritable(applicationBytes());
            ByteBuffer to = plain.nioBuffer(plain.writerIndex(), plain.writableBytes());
            SSLEngineResult result = engine.unwrap(records.nioBuffer(), to);
            records.skipBytes(result.bytesConsumed());
            plain.writerIndex(plain.writerIndex() + result.bytesProduced());
            boolean moved = result.bytesConsumed() > 0 || result.bytesProduced() > 0;
            if (renegotiates(result.getHandshakeStatus())) {
                engine.closeOutbound(); // its last record tells the client
                throw new SSLException("the client renegotiates");
            }
            moved |= drive(result.getHandshakeStatus(), wire);
            if (result.getStatus() == Status.CLOSED || engine.isInboundDone()) {
                inputEnded = true;
                return;
            }
            if (result.getStatus() == Status.BUFFER_UNDERFLOW || (!moved && !records.isReadable())) {
                return;
            }
            if (!moved) {
                throw new SSLException("no progress");
            }
        }
    }

    /** A client of TLS 1.2 shakes hands again, which costs the server most. BoringSSL refuses it, too. */
    private boolean renegotiates(HandshakeStatus status) {
        return established && status == HandshakeStatus.NEED_TASK && !version().equals("TLSv1.3");
    }

    /** Does what the handshake asks for. Says whether that was anything. */
    private boolean drive(HandshakeStatus first, Wire wire) throws SSLException {
        boolean any = false;
        HandshakeStatus status = first;
        while (true) {
            switch (status) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    status = engine.getHandshakeStatus();
                }
                case NEED_WRAP -> status = wrap(NOTHING, wire);
                case FINISHED -> {
                    established = true;
                    status = engine.getHandshakeStatus();
                }
                default -> {
                    return any;
                }
            }
            any = true;
        }
    }

    private HandshakeStatus wrap(ByteBuffer plain, Wire wire) throws SSLException {
        ByteBuf out = allocator.directBuffer(engine.getSession().getPacketBufferSize());
        SSLEngineResult result;
        try {
            result = engine.wrap(plain, out.nioBuffer(0, out.capacity()));
        } catch (Throwable e) {
            out.release();
            throw e;
        }
        out.writerIndex(result.bytesProduced());
        if (out.isReadable()) {
            wire.send(out);
        } else {
            out.release();
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record is longer than the library says");
        }
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            established = true;
        }
        boolean stuck = result.bytesProduced() == 0 && result.bytesConsumed() == 0;
        return stuck && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                ? HandshakeStatus.NOT_HANDSHAKING
                : result.getHandshakeStatus();
    }

    private TlsException failed(SSLException e, Wire wire) {
        broken = true;
        try {
            drive(HandshakeStatus.NEED_WRAP, wire); // the alert
        } catch (SSLException again) {
            e.addSuppressed(again);
        }
        return new TlsException(failure(String.valueOf(e.getMessage())), String.valueOf(e.getMessage()));
    }

    private HandshakeFailure failure(String text) {
        if (text.contains("Received fatal alert")) {
            return HandshakeFailure.REFUSED_BY_CLIENT;
        }
        if (established) {
            return HandshakeFailure.PROTOCOL;
        }
        if (text.contains("protocol_version")
                || text.contains("not accepted by server preferences")
                || text.contains("Client requested protocol")) {
            return HandshakeFailure.VERSION;
        }
        if (text.contains("no cipher suites in common") || text.contains("key_share") || text.contains("named group")) {
            return HandshakeFailure.CIPHER;
        }
        return text.contains("certificate") || text.contains("Empty client") || text.contains("PKIX")
                ? HandshakeFailure.CLIENT_CERTIFICATE
                : HandshakeFailure.PROTOCOL;
    }

    @Override
    public void write(ByteBuf plain, Wire wire) throws TlsException {
        try {
            if (broken || outputEnded) {
                throw new TlsException(HandshakeFailure.PROTOCOL, "nothing can be sent any more");
            }
            for (ByteBuffer part : plain.nioBuffers()) {
                while (part.hasRemaining()) {
                    int before = part.remaining();
                    HandshakeStatus status = wrap(part, wire);
                    drive(status, wire);
                    if (part.remaining() == before
                            && status == HandshakeStatus.NOT_HANDSHAKING
                            && engine.isOutboundDone()) {
                        throw new SSLException("closed");
                    }
                }
            }
        } catch (SSLException e) {
            throw failed(e, wire);
        } finally {
            plain.release();
        }
    }

    @Override
    public void end(Wire wire) {
        if (outputEnded || broken || !established) {
            return;
        }
        outputEnded = true;
        engine.closeOutbound();
        try {
            drive(HandshakeStatus.NEED_WRAP, wire);
        } catch (SSLException e) {
            broken = true; // the peer sees that it ends without a word
        }
    }

    @Override
    public boolean established() {
        return established;
    }

    @Override
    public boolean inputEnded() {
        return inputEnded;
    }

    @Override
    public void free() {
        broken = true;
        ByteBuf left = rest;
        rest = null;
        if (left != null) {
            left.release();
        }
    }

    @Override
    public @Nullable String protocol() {
        String chosen = engine.getApplicationProtocol();
        return chosen == null || chosen.isEmpty() ? null : chosen;
    }

    @Override
    public String version() {
        return engine.getSession().getProtocol();
    }

    @Override
    public String cipher() {
        return engine.getSession().getCipherSuite();
    }

    /** The JDK does not tell, but for when the session was made. */
    @Override
    public boolean resumed() {
        return engine.getSession().getCreationTime() < createdMillis;
    }

    @Override
    public @Nullable X509Certificate clientCertificate() {
        try {
            return (X509Certificate) engine.getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return null; // it has shown none
        }
    }
}
