package io.weldr.leader.vip;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.StatusSource;
import io.weldr.core.state.MemberId;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Asks a member whether it cedes, and at the same time looks whether its process has died. A connection that is refused
 * at its Raft port is no proof of that alone: a packet filter may refuse it while the member acts. So its own end of an
 * earlier connection must have been closed, too. Thread safe.
 */
public final class AskedRivals implements Rivals {
    /** Carries {@link VirtualIps#cede} to another member. */
    @FunctionalInterface
    public interface CedeCall {
        /** Returns at once; completes with the other's answer, or fails. */
        CompletionStage<Boolean> cede(MemberId member, long term);
    }

    /** A process whose Raft part alone is closed still answers the call: it gets this long to do so. */
    private static final int REFUSED_BELIEVED_AFTER_MILLIS = 100;

    private final StatusSource status;
    private final CedeCall call;
    private final Executor blocking;
    private final Predicate<MemberId> died;

    /**
     * @param died whether a member's machine closed its connection to this node and then refused new ones, a moment ago
     * @param blocking runs what waits for a name or a connection, half a second at most; a thread for each member
     */
    public AskedRivals(StatusSource status, CedeCall call, Predicate<MemberId> died, Executor blocking) {
        this.status = status;
        this.call = call;
        this.died = died;
        this.blocking = blocking;
    }

    @Override
    public CompletionStage<Standing> ask(MemberId member, long term) {
        CompletableFuture<Standing> standing = new CompletableFuture<>();
        CompletionStage<Boolean> ceded = call.cede(member, term);
        ceded.thenAccept(yes -> standing.complete(yes ? Standing.FREE : Standing.MAY_HOLD));
        for (Voter voter : status.status().voters()) {
            if (voter.id().equals(member)) {
                blocking.execute(() -> {
                    if (died.test(member) && refused(voter.raft())) {
                        ceded.exceptionally(failure -> {
                            standing.complete(Standing.DEAD);
                            return false;
                        });
                        standing.completeOnTimeout(Standing.DEAD, REFUSED_BELIEVED_AFTER_MILLIS, TimeUnit.MILLISECONDS);
                    }
                });
            }
        }
        return standing.completeOnTimeout(Standing.MAY_HOLD, ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    /**
     * Whether a connection to {@code address} is refused. False if it is accepted, or nothing is heard in time. Blocks.
     */
    static boolean refused(HostPort address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), ANSWER_MILLIS_MAX);
            return false;
        } catch (ConnectException e) {
            // The same class tells of a timeout, which proves nothing.
            return String.valueOf(e.getMessage()).startsWith("Connection refused");
        } catch (IOException e) {
            return false;
        }
    }
}
