package io.weldr.core.port;

import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The road down: commands to the replicated log, from any node. All methods may be called from any thread and never
 * block; stages complete on threads of the implementation, which must not be blocked either. A stage fails with {@link
 * GatewayException} and no other, within two seconds.
 */
public interface CommandGateway {
    /**
     * Submits a command. Completes once it is committed <em>and</em> applied on this node; a follower forwards it once.
     *
     * @param id the same id again gives the first outcome again, without applying anything
     * @param by who asked for it; null: this node. Older members do not know it: below {@link
     *     io.weldr.core.state.ClusterVersion#TOKENS} nobody is told
     */
    CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by);

    /** Submits a command of this node itself. */
    default CompletionStage<Committed> submit(RequestId id, Command command) {
        return submit(id, command, null);
    }

    /** The state as of now: it holds every change that was acknowledged anywhere before this call. */
    CompletionStage<ClusterState> linearizable();

    /** Completes once this node has applied the log up to {@code index}. */
    CompletionStage<ClusterState> applied(long index);
}
