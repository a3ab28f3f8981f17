package io.weldr.it.access;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;

import io.weldr.core.pool.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Connections that never become requests, and stay for as long as they are let. Confined to the test's thread. */
final class Strangers implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    /** Opens so many more, and says these bytes on each. */
    void come(String address, int count, byte[] bytes) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket socket = connect(address);
            sockets.add(socket);
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                // The server has ended it already.
            }
        }
    }

    static Socket connect(String address) throws IOException {
        HostPort to = HostPort.parse(address);
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(to.host(), to.port()), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** The first bytes of a client of TLS; {@code share} of 1.0 is all of its first flight. */
    static byte[] hello(double share) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            SSLEngine engine = context.createSSLEngine("weldr.example", 1);
            engine.setUseClientMode(true);
            engine.beginHandshake();
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(out.array(), 0, (int) (out.position() * share));
            return bytes.toByteArray();
        } catch (SSLException | java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
