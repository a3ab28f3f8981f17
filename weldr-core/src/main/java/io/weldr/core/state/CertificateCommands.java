package io.weldr.core.state;

import static io.weldr.core.state.ResourceWrites.change;
import static io.weldr.core.state.ResourceWrites.moved;
import static io.weldr.core.state.ResourceWrites.refused;
import static io.weldr.core.state.ResourceWrites.some;

import io.weldr.core.Stamp;
import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.Change.Kind;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.ResourceWrites.Write;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the commands on certificates do. Each asks before it constructs, so that nothing here throws. None of them moves
 * {@link ClusterState#routing}: which route takes a request does not depend on certificates.
 */
final class CertificateCommands {
    private static final int HOSTS_TOLD_MAX = 5;
    private static final int ERROR_CHARS_MAX = 400;

    private CertificateCommands() {}

    // ---- by operators

    static Transition put(ClusterState state, long index, Limits limits, Command.PutCertificate command) {
        Certificate wish = command.certificate();
        Certificate before = state.certificate(wish.name());
        Write write = new Write(
                "certificate",
                wish.name().value(),
                before == null ? null : before.stamp(),
                before != null && saysTheSame(before, wish),
                state.certificates().size(),
                limits.certificatesMax());
        Transition settled = write.settled(state, command.condition());
        if (settled != null) {
            return settled;
        }
        Stamp stamp = before == null ? new Stamp(index, index) : before.stamp().modifiedAt(index);
        AcmeSettings acme = wish.acme();
        Certificate after = before == null || acme == null ? wish.with(stamp) : before.obtainedBy(acme, stamp);
        Change change = change(
                index,
                command.at(),
                before == null ? Kind.CERTIFICATE_CREATED : Kind.CERTIFICATE_UPDATED,
                after.name().value(),
                before == null ? "created, " + text(after) : difference(before, after));
        return new Transition(
                state.edit().certificate(after).commit(change),
                Accepted.of(before == null ? Effect.CREATED : Effect.UPDATED, index, stamp));
    }

    /** The same chain has the same private key, however that was sealed. */
    private static boolean saysTheSame(Certificate before, Certificate wish) {
        IssuedChain given = wish.issued();
        if (given == null) {
            return Objects.equals(before.acme(), wish.acme());
        }
        return before.acme() == null
                && before.issued() != null
                && before.issued().sameChain(given);
    }

    private static String text(Certificate certificate) {
        AcmeSettings acme = certificate.acme();
        IssuedChain issued = certificate.issued();
        if (acme != null) {
            return "to be obtained for " + hosts(acme.hosts()) + " from " + acme.directory();
        }
        return issued == null ? "" : text(issued);
    }

    private static String text(IssuedChain issued) {
        return "for " + hosts(issued.hosts()) + ", " + issued;
    }

    private static String hosts(List<String> hosts) {
        String first = hosts.stream().limit(HOSTS_TOLD_MAX).collect(Collectors.joining(" "));
        int more = hosts.size() - HOSTS_TOLD_MAX;
        return more > 0 ? first + " and " + more + " more" : first;
    }

    private static String difference(Certificate before, Certificate after) {
        AcmeSettings then = before.acme();
        AcmeSettings now = after.acme();
        if (then != null && now != null) {
            return Differences.between(then, now);
        }
        IssuedChain old = before.issued();
        return (old == null ? "" : old + " -> ") + text(after);
    }

    static Transition remove(ClusterState state, long index, Command.RemoveCertificate command) {
        CertificateName name = command.name();
        Certificate certificate = state.certificate(name);
        if (certificate == null) {
            return refused(state, Refusal.NO_SUCH_CERTIFICATE, noSuch(state, name));
        }
        Transition stale = moved(state, "certificate", name.value(), certificate.stamp(), command.expectedRevision());
        if (stale != null) {
            return stale;
        }
        String user = userOf(state, name);
        if (user != null) {
            return refused(
                    state,
                    Refusal.IN_USE,
                    user + " names certificate " + name
                            + " (expected: no listener and no pool names it; change or remove that one first)");
        }
        Change change = change(index, command.at(), Kind.CERTIFICATE_REMOVED, name.value(), "removed");
        return new Transition(
                state.edit().without(name).commit(change), Accepted.of(Effect.REMOVED, index, certificate.stamp()));
    }

    private static @Nullable String userOf(ClusterState state, CertificateName name) {
        for (Listener listener : state.listeners().values()) {
            if (listener.tls() != null && listener.tls().certificates().contains(name)) {
                return "listener " + listener.name();
            }
        }
        for (Pool pool : state.pools().values()) {
            if (name.equals(pool.settings().tls().clientCertificate())) {
                return "pool " + pool.name();
            }
        }
        return null;
    }

    // ---- of what others name

    /** Refuses a listener that names a certificate which is not there. One that nothing was issued for yet is there. */
    static @Nullable Transition missing(ClusterState state, @Nullable ListenerTls tls) {
        if (tls != null) {
            for (int i = 0; i < tls.certificates().size(); i++) {
                Transition missing = missing(
                        state, "tls.certificates[" + i + "]", tls.certificates().get(i));
                if (missing != null) {
                    return missing;
                }
            }
        }
        return null;
    }

    /** Refuses what names a certificate that is not there. */
    static @Nullable Transition missing(ClusterState state, String field, @Nullable CertificateName name) {
        return name == null || state.certificate(name) != null
                ? null
                : refused(state, Refusal.INVALID, field + ": " + noSuch(state, name));
    }

    private static String noSuch(ClusterState state, CertificateName name) {
        return "there is no certificate " + name + " (expected: "
                + (state.certificates().isEmpty()
                        ? "a certificate that was made before; there is none yet"
                        : "one of " + some(state.certificates()))
                + ")";
    }

    // ---- by the leader

    static Transition recordAccount(ClusterState state, long index, Command.RecordAcmeAccount command) {
        AcmeAccount account = command.account();
        AcmeAccount before = state.accounts().get(account.directory());
        if (account.equals(before)) {
            return unchanged(state);
        }
        if (!Objects.equals(command.replaces(), before == null ? null : before.key())) {
            return refused(
                    state,
                    Refusal.PRECONDITION_FAILED,
                    "there is another account at " + account.directory() + " (expected: the one that the leader saw)");
        }
        Set<String> needed = state.certificates().values().stream()
                .map(Certificate::acme)
                .filter(Objects::nonNull)
                .map(AcmeSettings::directory)
                .collect(Collectors.toSet());
        if (!needed.contains(account.directory())) {
            return refused(
                    state,
                    Refusal.PRECONDITION_FAILED,
                    "no certificate is obtained from " + account.directory() + " (expected: one)");
        }
        SortedMap<String, AcmeAccount> accounts = new TreeMap<>(state.accounts());
        accounts.keySet().retainAll(needed);
        accounts.put(account.directory(), account);
        return new Transition(
                state.edit().accounts(accounts).commitSilently(index),
                Accepted.plain(before == null ? Effect.CREATED : Effect.UPDATED, index));
    }

    static Transition recordOrder(ClusterState state, long index, Command.RecordAcmeOrder command) {
        Certificate before = state.certificate(command.certificate());
        if (before == null || before.stamp().modified() != command.written() || before.acme() == null) {
            return stale(state, command.certificate(), command.written());
        }
        AcmeOrder order = command.order();
        if (Objects.equals(order, before.order())) {
            return unchanged(state);
        }
        ClusterState.Edit edit = state.edit().certificate(before.with(order));
        ClusterState next = order != null && order.url() == null && order.error() != null
                ? edit.commit(failed(index, command.at(), before.name(), order, order.error()))
                : edit.commitSilently(index);
        return new Transition(next, Accepted.of(Effect.UPDATED, index, before.stamp()));
    }

    private static Change failed(long index, Instant at, CertificateName name, AcmeOrder order, String error) {
        String line = error.replaceAll("\\p{Cntrl}+", " ");
        String told = line.length() <= ERROR_CHARS_MAX ? line : line.substring(0, ERROR_CHARS_MAX) + "…";
        return change(
                index,
                at,
                Kind.CERTIFICATE_ORDER_FAILED,
                name.value(),
                "order failed, not again before " + order.notBefore() + ": " + told);
    }

    static Transition recordIssued(ClusterState state, long index, Command.RecordIssued command) {
        Certificate before = state.certificate(command.certificate());
        IssuedChain issued = command.issued();
        IssuedChain had = before == null ? null : before.issued();
        boolean same = had != null && had.sameChain(issued);
        if (before == null || before.stamp().modified() != command.written() || (before.acme() == null && !same)) {
            return stale(state, command.certificate(), command.written());
        }
        Certificate after = before.renewed(issued);
        if (after.equals(before)) {
            return unchanged(state);
        }
        if (same) { // only its key is sealed anew, or an order is over
            return new Transition(
                    state.edit().certificate(after).commitSilently(index),
                    Accepted.of(Effect.UPDATED, index, after.stamp()));
        }
        Change change = change(
                index,
                command.at(),
                Kind.CERTIFICATE_ISSUED,
                after.name().value(),
                (had == null ? "issued " : "renewed ") + text(issued));
        return new Transition(
                state.edit().certificate(after).commit(change), Accepted.of(Effect.UPDATED, index, after.stamp()));
    }

    private static Transition stale(ClusterState state, CertificateName name, long written) {
        return refused(
                state,
                Refusal.PRECONDITION_FAILED,
                "an operator has written or removed certificate " + name + " (expected: as it was at revision "
                        + written + ")");
    }

    private static Transition unchanged(ClusterState state) {
        return new Transition(state, Accepted.plain(Effect.UNCHANGED, state.revision()));
    }
}
