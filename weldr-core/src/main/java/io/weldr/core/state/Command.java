package io.weldr.core.state;

import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.Verdict;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteName;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One wish to change the cluster's state. Commands carry the time at which they were made, and what they expect of the
 * state, so that applying them needs nothing else. What each does is in {@link OriginCommands}, {@link
 * ResourceCommands}, {@link CertificateCommands}, {@link TokenCommands} and {@link MemberCommands}.
 */
public sealed interface Command {
    /** When it was made, by the clock of the node that took it. */
    Instant at();

    /** Pure and total, see {@link ClusterState#apply}. */
    Transition applyTo(ClusterState state, long index, Limits limits);

    /** The first cluster version under which it may enter the log. */
    default ClusterVersion since() {
        return ClusterVersion.INITIAL;
    }

    /**
     * Whether an operator asked for it. What the cluster decides by itself comes at any rate, and must not push an
     * operator's changes or request ids out of the places where they are kept.
     */
    default boolean byOperator() {
        return true;
    }

    /** Calls the method for this kind of command. */
    <R> R accept(Visitor<R> visitor);

    /**
     * Adds an origin. The same origin again changes nothing; another under the same id or address is refused.
     *
     * @param mustBeNew refuse it even if the same origin is there already
     */
    record AddOrigin(PoolName pool, OriginSpec spec, boolean mustBeNew, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.add(state, index, limits, this);
        }

        @Override
        public ClusterVersion since() {
            return spec.since();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.addOrigin(this);
        }
    }

    /** Changes an origin. {@code expectedRevision}: refuse unless it was last modified then; null: whatever it is. */
    record UpdateOrigin(
            PoolName pool,
            OriginRef origin,
            OriginPatch patch,
            @Nullable Long expectedRevision,
            Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.update(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return patch.since();
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.updateOrigin(this);
        }
    }

    /** Removes an origin. {@code expectedRevision}: refuse unless it was last modified then; null: whatever it is. */
    record RemoveOrigin(
            PoolName pool, OriginRef origin, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.remove(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeOrigin(this);
        }
    }

    /**
     * Sets the policy that the pool's origins are probed by, but for those that have their own. {@code expected}:
     * refuse unless that is the policy until now, so that two who each change a part do not undo each other; null:
     * whatever it is.
     */
    record SetHealthPolicy(
            PoolName pool, HealthPolicy policy, @Nullable HealthPolicy expected, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.setHealthPolicy(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.of(policy);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.setHealthPolicy(this);
        }
    }

    /**
     * The leader's verdict on an origin of that generation; on another generation it is refused.
     *
     * @param term of the leader that reached it; null: the entry is older than {@link ClusterVersion#FENCED}
     */
    record RecordVerdict(
            PoolName pool,
            OriginId origin,
            long generation,
            Verdict verdict,
            @Nullable Long term,
            Instant at) implements Command {
        @Override
        public ClusterVersion since() {
            return term == null ? ClusterVersion.INITIAL : ClusterVersion.FENCED;
        }

        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return OriginCommands.recordVerdict(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.recordVerdict(this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }
    }

    /** A node tells the others where it is. */
    record AnnounceMember(Member member, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.announce(state, index, limits, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.announceMember(this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }
    }

    /** Forgets a node that left. */
    record RetireMember(MemberId member, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.retire(state, index, this);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.retireMember(this);
        }
    }

    /**
     * Raises the cluster version. A version that is not above the present one changes nothing. The leader submits it
     * only once every voter has announced that it supports the version, so every voter knows this kind of command.
     */
    record RaiseClusterVersion(ClusterVersion version, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return MemberCommands.raise(state, index, this);
        }

        @Override
        public boolean byOperator() {
            return false;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.raiseClusterVersion(this);
        }
    }

    /** Writes a pool, but for its origins. */
    record PutPool(PoolName name, HealthPolicy health, PoolSettings settings, Condition condition, Instant at)
            implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.putPool(state, index, limits, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.of(settings);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putPool(this);
        }
    }

    /**
     * Removes a pool with its origins. Refused while a route or listener leads to it. {@code expectedRevision} as in
     * {@link RemoveOrigin}.
     */
    record RemovePool(PoolName name, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.removePool(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.RESOURCES;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removePool(this);
        }
    }

    /** Writes a listener. Its stamp is not looked at. */
    record PutListener(Listener listener, Condition condition, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.putListener(state, index, limits, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.of(listener);
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putListener(this);
        }
    }

    /** Removes a listener. Refused while a route names it. {@code expectedRevision} as in {@link RemoveOrigin}. */
    record RemoveListener(ListenerName name, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.removeListener(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.RESOURCES;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeListener(this);
        }
    }

    /**
     * Writes a route. Its stamp is not looked at.
     *
     * @param checked {@link ClusterState#routing} of the state that the leader checked it against, see {@code
     *     RouteChecks}; refused if that has moved on
     */
    record PutRoute(Route route, Condition condition, long checked, Instant at) implements Command, CheckedByLeader {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.putRoute(state, index, limits, this);
        }

        @Override
        public PutRoute checkedAt(long routing) {
            return new PutRoute(route, condition, routing, at);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.RESOURCES;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putRoute(this);
        }
    }

    /** Removes a route. {@code expectedRevision} as in {@link RemoveOrigin}, {@code checked} as in {@link PutRoute}. */
    record RemoveRoute(RouteName name, @Nullable Long expectedRevision, long checked, Instant at)
            implements Command, CheckedByLeader {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return ResourceCommands.removeRoute(state, index, this);
        }

        @Override
        public RemoveRoute checkedAt(long routing) {
            return new RemoveRoute(name, expectedRevision, routing, at);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.RESOURCES;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeRoute(this);
        }
    }

    /**
     * Writes a certificate: one that an operator gives, or how one is obtained by ACME. Its stamp is not looked at. The
     * same chain again changes nothing, although its key is sealed anew. Of the settings of ACME, the sealed key of the
     * external account counts: whoever makes the command takes the one of the state, if both hold the same key.
     *
     * <p>With other settings of ACME, or with such settings in place of a certificate that was given, what is presented
     * stays until the authority has issued another one. An order that is under way is dropped.
     */
    record PutCertificate(Certificate certificate, Condition condition, Instant at) implements Command {
        public PutCertificate {
            Check.that(
                    (certificate.issued() == null) != (certificate.acme() == null),
                    "certificate",
                    certificate.name(),
                    "either a chain and its private key, or how an authority issues it");
            Check.that(certificate.order() == null, "certificate", certificate.name(), "no order");
        }

        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return CertificateCommands.put(state, index, limits, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TLS;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putCertificate(this);
        }
    }

    /**
     * Removes a certificate. Refused while a listener or a pool names it. {@code expectedRevision} as in {@link
     * RemoveOrigin}.
     */
    record RemoveCertificate(CertificateName name, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return CertificateCommands.remove(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TLS;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeCertificate(this);
        }
    }

    /**
     * Records the key of the account at a certificate authority, before the account is made. Refused unless a
     * certificate is obtained there, and refused if another leader has recorded one meanwhile. Accounts at authorities
     * that no certificate needs any more are forgotten.
     *
     * @param replaces the key that the leader has seen, for one that it cannot open; null: it has seen none
     */
    record RecordAcmeAccount(AcmeAccount account, @Nullable Sealed replaces, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return CertificateCommands.recordAccount(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TLS;
        }

        @Override
        public boolean byOperator() {
            return false;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.recordAcmeAccount(this);
        }
    }

    /**
     * Records how far the order of a certificate is, or why it failed. Refused if an operator has written or removed
     * the certificate since.
     *
     * @param written {@code modified} of the certificate's stamp, as the leader saw it
     * @param order null: there is none any more
     */
    record RecordAcmeOrder(
            CertificateName certificate,
            long written,
            @Nullable AcmeOrder order,
            Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return CertificateCommands.recordOrder(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TLS;
        }

        @Override
        public boolean byOperator() {
            return false;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.recordAcmeOrder(this);
        }
    }

    /**
     * Records what the authority has issued, which ends the order. {@code written} and the refusals are as in {@link
     * RecordAcmeOrder}. The same chain again, with its key sealed anew, is taken for a certificate that an operator
     * gave, too.
     */
    record RecordIssued(CertificateName certificate, long written, IssuedChain issued, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return CertificateCommands.recordIssued(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TLS;
        }

        @Override
        public boolean byOperator() {
            return false;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.recordIssued(this);
        }
    }

    /**
     * Creates a token. Its stamp is not looked at. Another one of its name is refused: a token is replaced by one of
     * another name.
     */
    record PutToken(Token token, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return TokenCommands.put(state, index, limits, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TOKENS;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.putToken(this);
        }
    }

    /** Removes a token. {@code expectedRevision} as in {@link RemoveOrigin}. */
    record RemoveToken(TokenName name, @Nullable Long expectedRevision, Instant at) implements Command {
        @Override
        public Transition applyTo(ClusterState state, long index, Limits limits) {
            return TokenCommands.remove(state, index, this);
        }

        @Override
        public ClusterVersion since() {
            return ClusterVersion.TOKENS;
        }

        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.removeToken(this);
        }
    }

    /**
     * A command that the leader checks against the whole state before it enters the log. Nothing that two versions
     * could see differently runs when it is applied: that only compares whether the state is still the one that was
     * checked.
     */
    sealed interface CheckedByLeader permits PutRoute, RemoveRoute {
        /** {@link ClusterState#routing} of the state that it was checked against. */
        long checked();

        /** The same command, checked against a state with that {@link ClusterState#routing}. */
        Command checkedAt(long routing);
    }

    /** One method a kind of command: whoever has to tell them apart does not compile until it knows them all. */
    interface Visitor<R> {
        R addOrigin(AddOrigin command);

        R updateOrigin(UpdateOrigin command);

        R removeOrigin(RemoveOrigin command);

        R setHealthPolicy(SetHealthPolicy command);

        R recordVerdict(RecordVerdict command);

        R announceMember(AnnounceMember command);

        R retireMember(RetireMember command);

        R raiseClusterVersion(RaiseClusterVersion command);

        R putPool(PutPool command);

        R removePool(RemovePool command);

        R putListener(PutListener command);

        R removeListener(RemoveListener command);

        R putRoute(PutRoute command);

        R removeRoute(RemoveRoute command);

        R putCertificate(PutCertificate command);

        R removeCertificate(RemoveCertificate command);

        R recordAcmeAccount(RecordAcmeAccount command);

        R recordAcmeOrder(RecordAcmeOrder command);

        R recordIssued(RecordIssued command);

        R putToken(PutToken command);

        R removeToken(RemoveToken command);
    }

    /** A patch that only changes what an operator wants of the origin. */
    static OriginPatch adminPatch(AdminState admin, @Nullable Instant drainDeadline) {
        return OriginPatch.builder().admin(admin, drainDeadline).build();
    }
}
