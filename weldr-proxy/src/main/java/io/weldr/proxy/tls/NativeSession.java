package io.weldr.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.internal.tcnative.Buffer;
import io.netty.internal.tcnative.SSL;
import java.lang.ref.Reference;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * A session of BoringSSL. The library reads records from a buffer that it is shown, and writes them to another one:
 * each call shows it the one that it needs. What it has to send while it is shown a buffer to read from, such as an
 * alert, it keeps in {@value #ASIDE_BYTES} bytes of its own until it is shown one to write to.
 */
final class NativeSession implements TlsSession {
    /** Holds an alert or an update of keys. A flight of the handshake is longer: then the library asks for room. */
    private static final int ASIDE_BYTES = 256;

    /** What a record adds (TLS 1.2: header, explicit nonce, tag; TLS 1.3: header, type, tag), rounded up. */
    private static final int RECORD_OVERHEAD_BYTES = 32;

    private static final int RECORD_PLAIN_BYTES_MAX = 16 * 1024;

    /** For a flight of the handshake, chain included; more come in several buffers. */
    private static final int FLIGHT_BYTES = 4 * 1024;

    /** For what leaves with the first response: the ticket. */
    private static final int TICKET_BYTES = 1024;

    private final Object context; // keeps the memory of the context
    private final ByteBufAllocator allocator;
    private long ssl; // 0: freed
    private long bio;
    private boolean established;
    private boolean written; // something of the connection's own
    private boolean partial; // the library has a part of a record
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean broken;

    NativeSession(long context, Object handle, ByteBufAllocator allocator) {
        this.context = handle;
        this.allocator = allocator;
        ssl = SSL.newSSL(context, true);
        bio = SSL.bioNewByteBuffer(ssl, ASIDE_BYTES);
    }

    /** Where the readable bytes of a direct buffer are. */
    static long address(ByteBuf direct) {
        return direct.hasMemoryAddress()
                ? direct.memoryAddress() + direct.readerIndex()
                : Buffer.address(direct.nioBuffer(0, direct.capacity())) + direct.readerIndex();
    }

    private static long addressToWrite(ByteBuf direct) {
        return address(direct) + direct.readableBytes();
    }

    private ByteBuf direct(ByteBuf in) {
        if (in.isDirect() && in.nioBufferCount() == 1) {
            return in;
        }
        try {
            return allocator.directBuffer(in.readableBytes()).writeBytes(in);
        } finally {
            in.release();
        }
    }

    // ---- reading

    @Override
    public @Nullable ByteBuf read(ByteBuf in, Wire wire) throws TlsException {
        ByteBuf records = direct(in);
        try {
            if (broken || inputEnded || ssl == 0) {
                return null; // behind close_notify nothing has a meaning (RFC 8446 section 6.1)
            }
            show(records);
            if (!established && !handshake(records, wire)) {
                return null;
            }
            return decrypt(wire);
        } finally {
            if (bio != 0) {
                SSL.bioClearByteBuffer(bio);
            }
            records.release();
            Reference.reachabilityFence(context);
        }
    }

    private void show(ByteBuf records) {
        SSL.bioSetByteBuffer(bio, address(records), records.readableBytes(), false);
    }

    /** Says whether the handshake is over. */
    private boolean handshake(ByteBuf records, Wire wire) throws TlsException {
        while (true) {
            int result = SSL.doHandshake(ssl);
            if (result == 1) {
                flush(records, wire);
                established = true;
                return true;
            }
            int error = SSL.getError(ssl, result);
            if (error == SSL.SSL_ERROR_WANT_READ) {
                flush(records, wire);
                return false;
            }
            if (error != SSL.SSL_ERROR_WANT_WRITE) {
                throw failed(wire);
            }
            makeRoom(records, wire);
        }
    }

    /** The library has more to send than it can keep aside: takes it, and goes on reading where it was. */
    private void makeRoom(ByteBuf records, Wire wire) throws TlsException {
        int rest = SSL.bioLengthByteBuffer(bio);
        records.skipBytes(records.readableBytes() - rest);
        boolean more = true;
        while (more) {
            ByteBuf out = allocator.directBuffer(FLIGHT_BYTES);
            int room;
            int error = SSL.SSL_ERROR_NONE;
            try {
                showRoom(out);
                int result = SSL.doHandshake(ssl);
                error = result == 1 ? SSL.SSL_ERROR_NONE : SSL.getError(ssl, result);
                room = SSL.bioLengthByteBuffer(bio);
            } catch (Throwable e) {
                out.release();
                throw e;
            }
            send(out, room, wire);
            more = error == SSL.SSL_ERROR_WANT_WRITE;
            if (error == SSL.SSL_ERROR_SSL || error == SSL.SSL_ERROR_SYSCALL) {
                throw failed(wire);
            }
        }
        show(records);
    }

    /** Sends what was kept aside; what was shown to be read from is shown again. */
    private void flush(ByteBuf records, Wire wire) {
        if (SSL.bioLengthNonApplication(bio) == 0) {
            return;
        }
        int rest = SSL.bioLengthByteBuffer(bio);
        sendAside(wire);
        records.skipBytes(records.readableBytes() - rest);
        show(records);
    }

    private void sendAside(Wire wire) {
        ByteBuf out = allocator.directBuffer(ASIDE_BYTES);
        showRoom(out);
        send(out, SSL.bioLengthByteBuffer(bio), wire);
    }

    /** What was kept aside comes first. */
    private void showRoom(ByteBuf out) {
        SSL.bioSetByteBuffer(bio, addressToWrite(out), out.writableBytes(), true);
        SSL.bioFlushByteBuffer(bio);
    }

    private static void send(ByteBuf out, int room, Wire wire) {
        int length = out.writableBytes() - room;
        if (length == 0) {
            out.release();
            return;
        }
        out.writerIndex(out.writerIndex() + length);
        wire.send(out);
    }

    private @Nullable ByteBuf decrypt(Wire wire) throws TlsException {
        int shown = SSL.bioLengthByteBuffer(bio);
        if (shown == 0 && !partial) {
            return null;
        }
        ByteBuf plain = allocator.directBuffer(shown + (partial ? RECORD_PLAIN_BYTES_MAX : 0));
        boolean whole = false;
        try {
            decryptInto(plain, wire);
            whole = true;
        } finally {
            if (!whole) {
                plain.release();
            }
        }
        if (plain.isReadable()) {
            return plain;
        }
        plain.release();
        return null;
    }

    private void decryptInto(ByteBuf plain, Wire wire) throws TlsException {
        while (true) {
            if (!plain.isWritable()) {
                plain.ensureWritable(RECORD_PLAIN_BYTES_MAX);
            }
            int room = plain.writableBytes();
            int read = SSL.readFromSSL(ssl, addressToWrite(plain), room);
            if (read > 0) {
                plain.writerIndex(plain.writerIndex() + read);
                if (read < room && SSL.bioLengthByteBuffer(bio) == 0) {
                    partial = false; // the library reads no further than a record goes
                    return;
                }
                continue;
            }
            int error = SSL.getError(ssl, read);
            if (error == SSL.SSL_ERROR_WANT_READ) {
                partial = true; // perhaps
                return;
            }
            if (error == SSL.SSL_ERROR_ZERO_RETURN) {
                inputEnded = true;
                return;
            }
            if (error == SSL.SSL_ERROR_WANT_WRITE) {
                return; // an answer of its own that found no room: it leaves with what is written next
            }
            throw failed(wire);
        }
    }

    private TlsException failed(Wire wire) {
        broken = true;
        int number = SSL.getLastErrorNumber();
        String text = number == 0 ? "the library gives no reason" : SSL.getErrorString(Integer.toUnsignedLong(number));
        SSL.clearError();
        if (SSL.bioLengthNonApplication(bio) > 0) {
            sendAside(wire); // the alert
        }
        return new TlsException(NativeErrors.failure(text, established), NativeErrors.reason(text));
    }

    // ---- writing

    @Override
    public void write(ByteBuf plain, Wire wire) throws TlsException {
        ByteBuf from = direct(plain);
        try {
            if (broken || outputEnded || ssl == 0) {
                throw new TlsException(HandshakeFailure.PROTOCOL, "nothing can be sent any more");
            }
            while (from.isReadable()) {
                encrypt(from, wire);
            }
        } finally {
            if (bio != 0) {
                SSL.bioClearByteBuffer(bio);
            }
            from.release();
            Reference.reachabilityFence(context);
        }
    }

    private void encrypt(ByteBuf from, Wire wire) throws TlsException {
        int length = from.readableBytes();
        int records = length / RECORD_PLAIN_BYTES_MAX + 1;
        int size = length + records * RECORD_OVERHEAD_BYTES + (written ? 0 : TICKET_BYTES);
        int result;
        int error = SSL.SSL_ERROR_NONE;
        do {
            ByteBuf out = allocator.directBuffer(size);
            int room;
            try {
                showRoom(out);
                result = SSL.writeToSSL(ssl, address(from), length);
                if (result <= 0) {
                    error = SSL.getError(ssl, result);
                }
                room = SSL.bioLengthByteBuffer(bio);
            } catch (Throwable e) {
                out.release();
                throw e;
            }
            send(out, room, wire);
        } while (result <= 0 && error == SSL.SSL_ERROR_WANT_WRITE); // the ticket was longer: the library goes on
        if (result <= 0) {
            throw failed(wire);
        }
        written = true;
        from.skipBytes(result);
    }

    @Override
    public void end(Wire wire) {
        if (outputEnded || broken || ssl == 0 || !established) {
            return;
        }
        outputEnded = true;
        ByteBuf out = allocator.directBuffer(ASIDE_BYTES);
        int room;
        try {
            showRoom(out);
            SSL.shutdownSSL(ssl); // below zero if the peer has yet to say the same
            SSL.clearError();
            room = SSL.bioLengthByteBuffer(bio);
            SSL.bioClearByteBuffer(bio);
        } catch (Throwable e) {
            out.release();
            throw e;
        }
        send(out, room, wire);
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
        if (ssl != 0) {
            long freed = ssl;
            ssl = 0;
            bio = 0;
            broken = true;
            try {
                SSL.freeSSL(freed); // and what it reads from and writes to
            } finally {
                Reference.reachabilityFence(context);
            }
        }
    }

    // ---- what was agreed on

    @Override
    public @Nullable String protocol() {
        return SSL.getAlpnSelected(ssl);
    }

    @Override
    public String version() {
        return SSL.getVersion(ssl);
    }

    @Override
    public String cipher() {
        return SSL.getCipherForSSL(ssl);
    }

    @Override
    public boolean resumed() {
        return SSL.isSessionReused(ssl);
    }

    @Override
    public @Nullable X509Certificate clientCertificate() {
        byte[] der = SSL.getPeerCertificate(ssl);
        try {
            return der == null || der.length == 0 ? null : NativeContext.parse(der);
        } catch (CertificateException e) {
            throw new IllegalStateException("it was parsed when it was verified", e);
        }
    }
}
