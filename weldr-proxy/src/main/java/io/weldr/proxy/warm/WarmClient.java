package io.weldr.proxy.warm;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has {@link Conversation}s with a proxy: on several connections at a time, so that its loop has something to do in each turn. */
public final class WarmClient implements AutoCloseable {

    /** As many as one thread can keep waiting for without the first having to wait long. */
    private static final int CONNECTIONS = 8;

    /** An answer takes microseconds; a proxy that is stuck must not hold up the start. */
    private static final int ANSWER_MILLIS_MAX = 1000;

    /** What most traffic is made of most often. */
    private static final List<Conversation> ROUNDS = rounds();

    private final InetSocketAddress proxy;
    private final byte[] buffer = new byte[64 * 1024];
    private final @Nullable Socket[] sockets = new @Nullable Socket[CONNECTIONS];

    public WarmClient(InetSocketAddress proxy) {
        this.proxy = proxy;
    }

    private static List<Conversation> rounds() {
        List<Conversation> rounds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            rounds.addAll(List.of(Conversation.PLAIN, Conversation.BROWSER, Conversation.PLAIN, Conversation.UPLOAD));
        }
        rounds.addAll(List.of(Conversation.CHUNKED, Conversation.LARGE, Conversation.CLOSE));
        return List.copyOf(rounds);
    }

    /**
     * Asks until one of the bounds is reached.
     *
     * @param untilNanos of {@link System#nanoTime}
     * @return how many requests were answered
     */
    public int ask(int requestsMax, long untilNanos) throws IOException {
        int answered = 0;
        for (int round = 0; answered < requestsMax && System.nanoTime() - untilNanos < 0; round++) {
            Conversation next = ROUNDS.get(round % ROUNDS.size());
            for (int i = 0; i < CONNECTIONS; i++) {
                socket(i).getOutputStream().write(next.request());
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                Conversation.readToEnd(socket(i).getInputStream(), buffer, 0, next.responseEnd());
                answered++;
                if (!next.keeps()) {
                    close(i);
                }
            }
        }
        return answered;
    }

    private Socket socket(int i) throws IOException {
        Socket socket = sockets[i];
        if (socket == null) {
            socket = new Socket(proxy.getAddress(), proxy.getPort());
            sockets[i] = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
        }
        return socket;
    }

    private void close(int i) throws IOException {
        Socket socket = sockets[i];
        sockets[i] = null;
        if (socket != null) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            close(i);
        }
    }
}
