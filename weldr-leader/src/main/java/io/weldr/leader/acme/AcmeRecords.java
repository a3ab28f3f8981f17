package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.Listener.Protocol;
import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.Published;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.Outcome.Refused;
import java.io.Serial;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What of the cluster's state belongs to certificates of an authority, and how the leader changes it. Every change
 * waits until it is committed. Confined to the thread of the package.
 */
final class AcmeRecords {
    /** The gateway answers within two seconds. */
    private static final Duration COMMIT_MAX = Duration.ofSeconds(5);

    /** A leader that has made an order tries for as long to commit it, so that it need not be searched for. */
    private static final int TRIES_MAX = 5;

    private static final long BETWEEN_TRIES_MILLIS = 300;

    private final Published<ClusterState> state;
    private final CommandGateway gateway;
    private final Clock clock;
    private long requests;

    AcmeRecords(Published<ClusterState> state, CommandGateway gateway, Clock clock) {
        this.state = state;
        this.gateway = gateway;
        this.clock = clock;
    }

    /** Those that an authority issues, by name. */
    List<Certificate> certificates() {
        return state.get().certificates().values().stream()
                .filter(certificate -> certificate.acme() != null)
                .toList();
    }

    /** As it is now; null: it is gone. */
    @Nullable Certificate certificate(CertificateName name) {
        return state.get().certificate(name);
    }

    /** The account at that directory; null: there is none. */
    @Nullable AcmeAccount account(String directory) {
        return state.get().accounts().get(directory);
    }

    /** Whether an authority that asks by TLS is answered. */
    boolean endsTls() {
        return state.get().listeners().values().stream().anyMatch(listener -> listener.protocol() == Protocol.HTTPS);
    }

    /** Of the state that this node has applied. */
    long revision() {
        return state.get().revision();
    }

    /**
     * Commits the key of an account.
     *
     * @param replaces the key that cannot be opened; null: there is no account
     */
    void record(Leading leading, AcmeAccount account, @Nullable Sealed replaces)
            throws NotRecordedException, Leading.EndedException {
        submit(leading, new Command.RecordAcmeAccount(account, replaces, clock.instant()));
    }

    /** Commits how the order of that certificate stands. */
    void record(Leading leading, Certificate seen, AcmeOrder order)
            throws NotRecordedException, Leading.EndedException {
        submit(leading, new Command.RecordAcmeOrder(seen.name(), seen.stamp().modified(), order, clock.instant()));
    }

    /** Commits the chain that was issued. */
    void record(Leading leading, Certificate seen, IssuedChain issued)
            throws NotRecordedException, Leading.EndedException {
        submit(leading, new Command.RecordIssued(seen.name(), seen.stamp().modified(), issued, clock.instant()));
    }

    private void submit(Leading leading, Command command) throws NotRecordedException, Leading.EndedException {
        // Unique in the cluster: a term has one leader, and the count goes on when that leader acts again.
        RequestId id = new RequestId("acme-" + leading.term() + "-" + ++requests);
        for (int tries = 1; ; tries++) {
            try {
                Committed committed = leading.await(
                        () -> gateway.submit(id, command).toCompletableFuture().copy(), COMMIT_MAX);
                if (committed.outcome() instanceof Refused refused) {
                    throw new NotRecordedException(refused.detail(), null);
                }
                return;
            } catch (TimeoutException e) {
                if (tries == TRIES_MAX) {
                    throw new NotRecordedException("no answer within " + COMMIT_MAX.toSeconds() + " s", e);
                }
            } catch (ExecutionException e) {
                if (tries == TRIES_MAX || !passes(e.getCause())) {
                    throw new NotRecordedException(String.valueOf(e.getMessage()), e.getCause());
                }
            }
            pause(leading);
        }
    }

    /** Whether the same command may be taken a moment later. */
    private static boolean passes(@Nullable Throwable failure) {
        return failure instanceof GatewayException refused
                && (refused.kind() == Kind.NO_LEADER
                        || refused.kind() == Kind.UNKNOWN_OUTCOME
                        || refused.kind() == Kind.OVERLOADED);
    }

    private static void pause(Leading leading) throws Leading.EndedException {
        try {
            leading.await(
                    () -> CompletableFuture.supplyAsync(
                            () -> true, CompletableFuture.delayedExecutor(BETWEEN_TRIES_MILLIS, TimeUnit.MILLISECONDS)),
                    COMMIT_MAX);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("a pause does not fail", e);
        }
    }

    /** Not committed, or nobody knows. What the log holds decides how it goes on. */
    static final class NotRecordedException extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        NotRecordedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
