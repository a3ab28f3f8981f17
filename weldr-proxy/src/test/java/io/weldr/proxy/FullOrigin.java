package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port at which a connection neither stands nor fails: nobody accepts there, and the queue is full. */
final class FullOrigin implements Closeable {
    private static final int TRIES_MAX = 64;
    private static final int TRY_MILLIS = 300;

    private final ServerSocket full;
    private final List<Socket> waiting = new ArrayList<>();

    FullOrigin() throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** At an address that the test chose. */
    FullOrigin(InetSocketAddress address) throws IOException {
        full = new ServerSocket(address.getPort(), 1, address.getAddress());
        boolean answered = true;
        for (int i = 0; answered && i < TRIES_MAX; i++) {
            Socket next = new Socket();
            waiting.add(next);
            try {
                next.connect(full.getLocalSocketAddress(), TRY_MILLIS);
            } catch (SocketTimeoutException e) {
                answered = false;
            }
        }
        assertThat(answered).as("the queue is full").isFalse();
    }

    String url() {
        return "http://127.0.0.1:" + full.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        full.close();
        for (Socket socket : waiting) {
            socket.close();
        }
    }
}
