package io.weldr.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Whether a port speaks TLS. A server that wants TLS ends a connection in the clear without a word, as one does that
 * stops; what it says to a ClientHello tells them apart.
 */
final class TlsProbe {
    /** Types of a record (RFC 8446 section 5.1). */
    private static final int ALERT = 21;

    private static final int HANDSHAKE = 22;

    private TlsProbe() {}

    /**
     * Connects, says hello, and reads one byte.
     *
     * @param millisMax for the connection and for the answer, each; at least 1
     * @return false also if nobody answers
     */
    static boolean speaksTls(Endpoint endpoint, int millisMax) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), millisMax);
            socket.setSoTimeout(millisMax);
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            socket.getOutputStream().write(hello.array(), 0, hello.position());
            int type = socket.getInputStream().read();
            return type == HANDSHAKE || type == ALERT;
        } catch (IOException | NoSuchAlgorithmException e) {
            return false;
        }
    }
}
