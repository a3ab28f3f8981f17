package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeOrder.Answer;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.AppliedBarrier;
import io.weldr.core.port.ChainReader;
import io.weldr.core.port.KeySeal;
import io.weldr.leader.acme.AcmeRecords.NotRecordedException;
import io.weldr.leader.acme.Leading.EndedException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from a request to a certificate (RFC 8555 section 7.4), each of which a new leader may take again:
 *
 * <ol>
 *   <li>{@link #begin}: the key of the account is committed, the account is made, the order is made; the order, the key
 *       of the certificate to come and the answers to the challenges are committed.
 *   <li>{@link #prove}: every member that can be reached has the answers; the authority is told to look.
 *   <li>{@link #finish}: the authority is given the request for the certificate, and then asked until it has issued it.
 *   <li>{@link #take}: the chain is committed, which ends the order.
 * </ol>
 *
 * <p>Confined to the thread of the package.
 */
final class Ordering {
    private static final Logger LOG = LoggerFactory.getLogger(Ordering.class);

    /** How long a member may need to serve by a change, each time that the members are asked. */
    private static final Duration BARRIER_PATIENCE = Duration.ofSeconds(1);

    /**
     * A member that can be reached and still has no answers after as many times must not keep the others from their
     * certificate.
     */
    private static final int BARRIERS_MAX = 20;

    /** Authorities issue within seconds. An order that has not ended by then never will. */
    private static final Duration ORDER_MAX = Duration.ofHours(1);

    /** Between two questions about an order. */
    static final Duration POLL_MIN = Duration.ofSeconds(1);

    private static final Duration POLL_MAX = Duration.ofSeconds(30);

    /** Of the error of an order that names the hosts which failed. */
    private static final int FAILED_HOSTS_MAX = 3;

    private final AcmeRecords records;
    private final KeySeal seal;
    private final ChainReader reader;
    private final AppliedBarrier barrier;
    private final Clock clock;
    private final Duration pollMin;

    /** @param pollMin between two questions about an order, if the authority does not want more; above 0 */
    Ordering(
            AcmeRecords records,
            KeySeal seal,
            ChainReader reader,
            AppliedBarrier barrier,
            Clock clock,
            Duration pollMin) {
        this.records = records;
        this.seal = seal;
        this.reader = reader;
        this.barrier = barrier;
        this.clock = clock;
        this.pollMin = pollMin;
    }

    // ---- begin

    /** Makes an order and commits it. */
    void begin(Leading leading, Authority authority, Certificate certificate, AcmeSettings settings, Progress progress)
            throws AcmeException, OrderFailedException, NotRecordedException, EndedException {
        openAccount(leading, authority, certificate, settings);
        // Before the order is made: a key may take seconds, and an order that is not committed should be so soon.
        byte[] key = Keys.generate(settings.keyType()).getPrivate().getEncoded();
        Order order = progress.lookedForAbandoned ? null : authority.abandoned(settings.hosts(), committedOrders());
        progress.lookedForAbandoned = true;
        if (order == null) {
            order = authority.order(settings.hosts(), certificate.superseded() ? null : progress.leaf());
            LOG.info("certificate {}: ordered {} from {}", certificate.name(), settings.hosts(), settings.directory());
        } else {
            LOG.info(
                    "certificate {}: continues the order {} of an earlier leader",
                    certificate.name(),
                    order.getLocation());
        }
        if (!Authority.names(order).equals(new HashSet<>(settings.hosts()))) {
            throw OrderFailedException.over("the authority made an order for " + Authority.names(order) + " (expected: "
                    + settings.hosts() + ")");
        }
        List<Answer> answers = answers(order, settings);
        AcmeOrder before = certificate.order();
        records.record(
                leading,
                certificate,
                new AcmeOrder(
                        order.getLocation().toString(),
                        seal.seal(KeyOwner.of(certificate.name()), key),
                        answers,
                        before == null ? 0 : before.failures(),
                        clock.instant(),
                        before == null ? null : before.error()));
    }

    private Set<String> committedOrders() {
        Set<String> urls = new HashSet<>();
        for (Certificate other : records.certificates()) {
            if (other.order() != null && other.order().url() != null) {
                urls.add(other.order().url());
            }
        }
        return urls;
    }

    private static List<Answer> answers(Order order, AcmeSettings settings) throws AcmeException, OrderFailedException {
        List<Authorization> authorizations = order.getAuthorizations();
        if (authorizations.size() > settings.hosts().size()) {
            throw OrderFailedException.over(
                    "the authority wants " + authorizations.size() + " hosts to be proved (expected: at most "
                            + settings.hosts().size() + ")");
        }
        List<Answer> answers = new ArrayList<>();
        for (Authorization authorization : authorizations) {
            authorization.fetch();
            if (authorization.getStatus() == Status.PENDING) {
                String host = host(authorization, settings);
                TokenChallenge challenge = challenge(authorization, host, settings.challenge());
                String proof = challenge.getAuthorization();
                answers.add(new Answer(host, settings.challenge(), proof.substring(0, proof.indexOf('.')), proof));
            }
        }
        return answers;
    }

    private static String host(Authorization authorization, AcmeSettings settings) throws OrderFailedException {
        String host = String.valueOf(authorization.getIdentifier().toMap().get("value"))
                .toLowerCase(Locale.ROOT);
        if (!settings.hosts().contains(host)) {
            throw OrderFailedException.over(
                    "the authority wants \"" + host + "\" to be proved (expected: one of " + settings.hosts() + ")");
        }
        return host;
    }

    private static TokenChallenge challenge(Authorization authorization, String host, Challenge wanted)
            throws OrderFailedException {
        TokenChallenge found = authorization.getChallenges().stream()
                .filter(TokenChallenge.class::isInstance)
                .map(TokenChallenge.class::cast)
                .filter(challenge -> challenge.getType().equals(type(wanted)))
                .findFirst()
                .orElse(null);
        if (found == null) {
            throw OrderFailedException.over(
                    host + ": the authority does not offer " + type(wanted) + " (choose another challenge)");
        }
        return found;
    }

    private static String type(Challenge challenge) {
        return switch (challenge) {
            case HTTP_01 -> Http01Challenge.TYPE;
            case TLS_ALPN_01 -> TlsAlpn01Challenge.TYPE;
        };
    }

    // ---- the account

    /** Opens the account, unless it is open. Its key is committed before the authority hears of it. */
    private void openAccount(Leading leading, Authority authority, Certificate certificate, AcmeSettings settings)
            throws AcmeException, OrderFailedException, NotRecordedException, EndedException {
        String directory = settings.directory();
        AcmeAccount known = records.account(directory);
        if (known != null && authority.isOpenBy(known.key())) {
            return;
        }
        KeyPair key = known == null ? null : opened(known);
        if (known == null || key == null) {
            key = Keys.generate(Keys.ACCOUNT);
            Sealed sealed =
                    seal.seal(KeyOwner.account(directory), key.getPrivate().getEncoded());
            AcmeAccount made = new AcmeAccount(directory, sealed);
            records.record(leading, made, known == null ? null : known.key());
            known = made;
        }
        authority.open(key, known.key(), settings, externalKey(certificate, settings));
        LOG.info("the account at {} is open", directory);
    }

    /** Null: it cannot be opened, for instance because the secret of the cluster was replaced. */
    private @Nullable KeyPair opened(AcmeAccount account) {
        try {
            return Keys.read(seal.open(KeyOwner.account(account.directory()), account.key()));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            LOG.warn(
                    "the key of the account at {} cannot be opened, so that another account is made: {}",
                    account.directory(),
                    e.getMessage());
            return null;
        }
    }

    private byte @Nullable [] externalKey(Certificate certificate, AcmeSettings settings) throws OrderFailedException {
        AcmeSettings.ExternalAccount external = settings.externalAccount();
        if (external == null) {
            return null;
        }
        try {
            return seal.open(KeyOwner.externalAccount(certificate.name()), external.key());
        } catch (IllegalArgumentException e) {
            throw OrderFailedException.over("the key of the external account " + external.keyId()
                    + " cannot be opened: " + e.getMessage() + " (give it again)");
        }
    }

    // ---- an order that is committed

    /**
     * Goes on with an order that is committed.
     *
     * @return when the next step is due
     */
    Instant proceed(
            Leading leading,
            Authority authority,
            Certificate certificate,
            AcmeSettings settings,
            AcmeOrder committed,
            Progress progress)
            throws AcmeException, OrderFailedException, NotRecordedException, EndedException {
        openAccount(leading, authority, certificate, settings);
        Order order = read(authority, String.valueOf(committed.url()));
        if (Duration.between(progress.orderSince, clock.instant()).compareTo(ORDER_MAX) > 0) {
            throw OrderFailedException.over("the authority has not ended the order within " + ORDER_MAX.toMinutes()
                    + " minutes; it is still " + order.getStatus().name().toLowerCase(Locale.ROOT));
        }
        return switch (order.getStatus()) {
            case PENDING -> prove(leading, authority, certificate, settings, committed, order, progress);
            case READY -> finish(authority, certificate, settings, committed, order, progress);
            case PROCESSING -> poll(authority, progress);
            case VALID -> take(leading, certificate, settings, committed, order);
            case INVALID -> throw invalid(order, settings);
            default ->
                throw OrderFailedException.over(
                        "the order is " + order.getStatus().name().toLowerCase(Locale.ROOT)
                                + " (expected: pending, ready, processing or valid)");
        };
    }

    private static Order read(Authority authority, String url) throws AcmeException, OrderFailedException {
        try {
            return authority.order(url);
        } catch (AcmeServerException e) {
            String type = AuthorityErrors.type(e.getProblem());
            switch (type) {
                case "accountDoesNotExist" -> authority.forgetAccount();
                case "malformed", "unauthorized" -> {}
                default -> throw e;
            }
            throw OrderFailedException.over(
                    "the authority does not know the order any more: " + AuthorityErrors.text(e.getProblem()));
        } catch (AcmeException e) {
            if ("HTTP 404".equals(e.getMessage())) {
                throw OrderFailedException.over("the authority does not know the order any more: HTTP 404");
            }
            throw e;
        }
    }

    private Instant poll(Authority authority, Progress progress) {
        Instant now = clock.instant();
        Duration wait = pollMin.multipliedBy(++progress.polls);
        Instant asked = authority.retryAfterSeen();
        if (asked != null) {
            wait = Duration.between(now, asked);
        }
        if (wait.compareTo(pollMin) < 0) {
            wait = pollMin;
        }
        return now.plus(wait.compareTo(POLL_MAX) < 0 ? wait : POLL_MAX);
    }

    // ---- prove

    private Instant prove(
            Leading leading,
            Authority authority,
            Certificate certificate,
            AcmeSettings settings,
            AcmeOrder committed,
            Order order,
            Progress progress)
            throws AcmeException, OrderFailedException, EndedException {
        if (!progress.answersAreEverywhere) {
            List<String> behind = behind(leading);
            if (!behind.isEmpty() && ++progress.barriers < BARRIERS_MAX) {
                return clock.instant().plus(pollMin);
            }
            if (!behind.isEmpty()) {
                LOG.warn(
                        "certificate {}: asks the authority to check, although some members lack the answers: {}",
                        certificate.name(),
                        String.join("; ", behind));
            }
            progress.answersAreEverywhere = true;
        }
        boolean told = false;
        for (Authorization authorization : order.getAuthorizations()) {
            if (!progress.told.contains(authorization.getLocation().toString())) {
                told |= tell(authorization, settings, committed);
                progress.told.add(authorization.getLocation().toString());
            }
        }
        return told ? clock.instant().plus(pollMin) : poll(authority, progress);
    }

    /** Who can be reached and does not have the answers. */
    private List<String> behind(Leading leading) throws EndedException {
        long revision = records.revision();
        try {
            return leading.await(
                    () -> barrier.applied(revision, BARRIER_PATIENCE)
                            .toCompletableFuture()
                            .copy(),
                    BARRIER_PATIENCE.multipliedBy(3));
        } catch (TimeoutException | ExecutionException e) {
            return List.of("not known: " + e.getMessage());
        }
    }

    /** Tells the authority to look at the host. */
    private static boolean tell(Authorization authorization, AcmeSettings settings, AcmeOrder committed)
            throws AcmeException, OrderFailedException {
        authorization.fetch();
        if (authorization.getStatus() != Status.PENDING) {
            return false;
        }
        String host = host(authorization, settings);
        TokenChallenge challenge = challenge(authorization, host, settings.challenge());
        if (challenge.getStatus() != Status.PENDING) {
            return false; // an earlier leader has told it
        }
        String proof = challenge.getAuthorization();
        if (committed.answers().stream()
                .noneMatch(answer -> answer.keyAuthorization().equals(proof))) {
            throw OrderFailedException.over(
                    host + ": the authority has another challenge now than when the order began");
        }
        try {
            challenge.trigger();
        } catch (AcmeServerException e) {
            authorization.fetch();
            if (authorization.getStatus() == Status.PENDING) {
                throw e;
            } // else an earlier leader has told it, and the authority has looked meanwhile
        }
        return true;
    }

    private static OrderFailedException invalid(Order order, AcmeSettings settings) throws AcmeException {
        List<String> lines = new ArrayList<>();
        int failed = 0;
        for (Authorization authorization : order.getAuthorizations()) {
            authorization.fetch();
            if (authorization.getStatus() != Status.INVALID) {
                continue;
            }
            if (++failed <= FAILED_HOSTS_MAX) {
                Problem problem = authorization.getChallenges().stream()
                        .flatMap(challenge -> challenge.getError().stream())
                        .findFirst()
                        .orElse(null);
                String host =
                        String.valueOf(authorization.getIdentifier().toMap().get("value"));
                lines.add(AuthorityErrors.line(host, settings.challenge(), problem));
            }
        }
        if (failed > FAILED_HOSTS_MAX) {
            lines.add("and " + (failed - FAILED_HOSTS_MAX) + " more hosts");
        }
        if (failed == 0) {
            lines.add("the authority refuses the order: "
                    + order.getError().map(AuthorityErrors::text).orElse("it does not say why"));
        }
        return OrderFailedException.over(AuthorityErrors.limited(String.join("; ", lines)));
    }

    // ---- finish and take

    private Instant finish(
            Authority authority,
            Certificate certificate,
            AcmeSettings settings,
            AcmeOrder committed,
            Order order,
            Progress progress)
            throws AcmeException, OrderFailedException {
        byte[] request = Keys.request(settings.hosts(), read(key(certificate, committed)));
        order.execute(request);
        return poll(authority, progress);
    }

    private byte[] key(Certificate certificate, AcmeOrder committed) throws OrderFailedException {
        Sealed sealed = committed.key();
        if (sealed == null) {
            throw OrderFailedException.over("the order has no key");
        }
        try {
            return seal.open(KeyOwner.of(certificate.name()), sealed);
        } catch (IllegalArgumentException e) {
            throw OrderFailedException.over("the key of the order cannot be opened: " + e.getMessage());
        }
    }

    private static KeyPair read(byte[] key) throws OrderFailedException {
        try {
            return Keys.read(key);
        } catch (GeneralSecurityException e) {
            throw OrderFailedException.over("the key of the order cannot be read: " + e.getMessage());
        }
    }

    private Instant take(
            Leading leading, Certificate certificate, AcmeSettings settings, AcmeOrder committed, Order order)
            throws AcmeException, OrderFailedException, NotRecordedException, EndedException {
        List<X509Certificate> chain = order.getCertificate().getCertificateChain();
        IssuedChain issued;
        try {
            issued = reader.read(certificate.name(), Leaf.pem(chain), key(certificate, committed));
        } catch (IllegalArgumentException | CertificateException e) {
            throw OrderFailedException.over(AuthorityErrors.limited(
                    "the authority issued a certificate that cannot be used: " + e.getMessage()));
        }
        if (!new HashSet<>(issued.hosts()).containsAll(settings.hosts())) {
            throw OrderFailedException.over(AuthorityErrors.limited("the authority issued a certificate for "
                    + issued.hosts() + " (expected: " + settings.hosts() + ")"));
        }
        records.record(leading, certificate, issued);
        LOG.info("certificate {}: {} for {}", certificate.name(), issued, issued.hosts());
        return clock.instant();
    }
}
