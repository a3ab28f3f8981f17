package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.node.Hello.Wish;
import io.weldr.raft.peer.PeerLink;
import io.weldr.raft.ratis.RaftId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says hello to other nodes in this node's name. Any thread. */
public final class Greeter {
    private static final Logger LOG = LoggerFactory.getLogger(Greeter.class);

    /** A peer on the same network answers within milliseconds; one that does not is asked again. */
    public static final Duration ANSWER_TIMEOUT = Duration.ofMillis(500);

    private final RaftSettings settings;
    private final DataFolder folder;
    private final PeerLink link;

    public Greeter(RaftSettings settings, DataFolder folder, PeerLink link) {
        this.settings = settings;
        this.folder = folder;
        this.link = link;
    }

    /** How the node there stands. Fails if there is no answer within {@link #ANSWER_TIMEOUT}. */
    public CompletableFuture<HelloAnswer> ask(HostPort address) {
        return say(address, new Wish.Nothing());
    }

    /** Asks the node there to wait for this cluster to take it in. */
    public CompletableFuture<HelloAnswer> invite(HostPort address, RaftId id, Map<RaftId, HostPort> voters) {
        return say(address, new Wish.Invitation(id, cluster(), voters));
    }

    /** Tells the node there that it was taken out. */
    public CompletableFuture<HelloAnswer> dismiss(HostPort address, RaftId id, @Nullable Duration drain) {
        return say(address, new Wish.Farewell(id, cluster(), drain));
    }

    /** The cluster of this node; only for a member of one. */
    public UUID cluster() {
        UUID group = folder.identity().group();
        if (group == null) {
            throw new IllegalStateException("this node belongs to no cluster");
        }
        return group;
    }

    private CompletableFuture<HelloAnswer> say(HostPort address, Wish wish) {
        Identity identity = folder.identity();
        byte[] question = new Hello(
                        identity.raftId(), settings.advertised(), identity.group(), settings.witness(), wish)
                .encode();
        return link.hello(address, question, ANSWER_TIMEOUT).thenApply(HelloAnswer::decode);
    }

    /**
     * Whether somebody there takes connections and keeps them, as a process does that is stopped or has no time to
     * answer. One that closes them at once is a forwarder with nobody behind it. Blocks for twice {@link
     * #ANSWER_TIMEOUT} at most.
     */
    public boolean listens(HostPort address) {
        int millis = (int) ANSWER_TIMEOUT.toMillis();
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), millis);
            socket.setSoTimeout(millis);
            return keeps(socket);
        } catch (IOException e) {
            LOG.debug("Nobody listens at {}: {}", address, e.getMessage());
            return false;
        }
    }

    private static boolean keeps(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    /** How the nodes there stand, as far as they answer. Blocks for {@link #ANSWER_TIMEOUT} at most. */
    public Map<HostPort, HelloAnswer> askAll(Collection<HostPort> addresses) {
        return askAll(addresses, new Wish.Nothing());
    }

    /** The answers of those who gave one. Blocks for {@link #ANSWER_TIMEOUT} at most. */
    Map<HostPort, HelloAnswer> askAll(Collection<HostPort> addresses, Wish wish) {
        Map<HostPort, CompletableFuture<HelloAnswer>> calls = new LinkedHashMap<>();
        for (HostPort address : new LinkedHashSet<>(addresses)) {
            if (!address.equals(settings.advertised())) {
                calls.put(address, say(address, wish));
            }
        }
        Map<HostPort, HelloAnswer> answers = new LinkedHashMap<>();
        calls.forEach((address, call) -> {
            try {
                answers.put(address, call.join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof IllegalArgumentException) {
                    LOG.warn("The answer of {} is not valid: {}", address, e.getMessage());
                } else {
                    LOG.debug("No answer from {}: {}", address, e.getMessage());
                }
            }
        });
        return answers;
    }
}
