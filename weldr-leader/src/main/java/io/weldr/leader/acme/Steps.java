package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.port.KeySeal;
import io.weldr.leader.acme.AcmeRecords.NotRecordedException;
import io.weldr.leader.acme.Leading.EndedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which certificate has which step due, and what becomes of a step that fails. What is committed decides; see {@link
 * Ordering} for the steps. Confined to the thread of the package.
 */
final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

    /** Nothing that this program does not hear of by itself happens sooner; a clock that was set is noticed by then. */
    private static final Duration IDLE_MAX = Duration.ofMinutes(1);

    /** What the log did not take is not known to be undone: the state is read again a moment later. */
    private static final Duration NOT_RECORDED_WAIT = Duration.ofSeconds(2);

    private static final Duration AFTER_ERROR = Duration.ofHours(1);

    /** Between two questions for the window of a renewal. RFC 9773 section 4.3 asks for limits of one's own. */
    private static final Duration WINDOW_ASK_MIN = Duration.ofMinutes(1);

    private static final Duration WINDOW_ASK_DEFAULT = Duration.ofHours(6);
    private static final Duration WINDOW_ASK_MAX = Duration.ofDays(1);

    /**
     * Errors of a step by which an order is not lost: the authority's own, and those that ask for patience (RFC 8555
     * section 6.7).
     */
    private static final Set<String> PASSING =
            Set.of("serverInternal", "rateLimited", "badNonce", "orderNotReady", "userActionRequired");

    private static final String NO_LISTENER =
            "waiting for a listener of protocol https: TLS-ALPN-01 is answered there, at"
                    + " port 443 of each host (add one that names the certificate)";

    private final AcmeRecords records;
    private final Authorities authorities;
    private final Ordering ordering;
    private final KeySeal seal;
    private final Clock clock;
    private final RandomGenerator random;
    private final AcmeCounters counters;
    private final Map<CertificateName, Progress> all = new HashMap<>(); // of the certificates that an authority issues

    Steps(
            AcmeRecords records,
            Authorities authorities,
            Ordering ordering,
            KeySeal seal,
            Clock clock,
            RandomGenerator random,
            AcmeCounters counters) {
        this.records = records;
        this.authorities = authorities;
        this.ordering = ordering;
        this.seal = seal;
        this.clock = clock;
        this.random = random;
        this.counters = counters;
    }

    /** Another term begins: another leader may have left an order behind. */
    void begin() {
        all.values().forEach(progress -> progress.lookedForAbandoned = false);
    }

    /**
     * Takes one step of every certificate that has one due.
     *
     * @return when the next one is due
     */
    Duration take(Leading leading) throws EndedException {
        List<Certificate> certificates = records.certificates();
        forget(certificates);
        Instant next = clock.instant().plus(IDLE_MAX);
        if (!seal.hasSecret()) {
            return IDLE_MAX;
        }
        for (Certificate listed : certificates) {
            Certificate certificate = records.certificate(listed.name()); // an earlier step took its time
            AcmeSettings settings = certificate == null ? null : certificate.acme();
            if (certificate == null || settings == null) {
                continue;
            }
            Progress progress = all.computeIfAbsent(certificate.name(), name -> new Progress());
            Instant due = dueAfter(leading, certificate, settings, progress);
            next = due.isBefore(next) ? due : next;
        }
        Duration wait = Duration.between(clock.instant(), next);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private void forget(List<Certificate> certificates) {
        all.keySet().retainAll(certificates.stream().map(Certificate::name).collect(Collectors.toSet()));
        authorities.keep(certificates.stream()
                .map(Certificate::acme)
                .filter(Objects::nonNull)
                .map(AcmeSettings::directory)
                .collect(Collectors.toSet()));
    }

    /** Takes a step if one is due. Returns when the next one is. */
    private Instant dueAfter(Leading leading, Certificate certificate, AcmeSettings settings, Progress progress)
            throws EndedException {
        Instant now = clock.instant();
        progress.of(certificate, now);
        if (now.isBefore(progress.heldUntil)) {
            return progress.heldUntil;
        }
        Authority authority = authorities.at(settings.directory(), leading);
        try {
            return step(leading, authority, certificate, settings, progress);
        } catch (NotRecordedException e) {
            LOG.info("certificate {}: a step was not committed: {}", certificate.name(), e.getMessage());
            progress.heldUntil = now.plus(NOT_RECORDED_WAIT);
        } catch (OrderFailedException e) {
            failed(leading, certificate, progress, e);
        } catch (EndedException e) {
            throw e;
        } catch (AcmeException | RuntimeException e) {
            if (leading.over()) {
                throw new EndedException();
            }
            failed(leading, certificate, progress, classified(authority, settings, e));
        } catch (Error e) {
            LOG.error(
                    "certificate {}: a step failed with an error; other certificates are not affected",
                    certificate.name(),
                    e);
            progress.heldUntil = now.plus(AFTER_ERROR);
        }
        return progress.heldUntil;
    }

    private Instant step(
            Leading leading, Authority authority, Certificate certificate, AcmeSettings settings, Progress progress)
            throws AcmeException, OrderFailedException, NotRecordedException, EndedException {
        Instant now = clock.instant();
        AcmeOrder order = certificate.order();
        if (order != null && now.isBefore(order.notBefore())) {
            return order.notBefore();
        }
        if (order != null && order.url() != null) {
            if (now.isBefore(progress.nextAt)) {
                return progress.nextAt;
            }
            progress.nextAt = ordering.proceed(leading, authority, certificate, settings, order, progress);
            Certificate after = records.certificate(certificate.name());
            if (after != null && after.issued() != null && after.order() == null) {
                counters.issued();
            }
            return progress.nextAt;
        }
        Instant renewal = order != null ? now : renewal(authority, certificate, progress);
        if (now.isBefore(renewal)) {
            return progress.windowAskAt.isAfter(now) && progress.windowAskAt.isBefore(renewal)
                    ? progress.windowAskAt
                    : renewal;
        }
        if (settings.challenge() == Challenge.TLS_ALPN_01 && !records.endsTls()) {
            awaitListener(leading, certificate);
            return now.plus(IDLE_MAX); // a listener that comes is noticed at once
        }
        ordering.begin(leading, authority, certificate, settings, progress);
        counters.begun();
        progress.nextAt = now;
        return now;
    }

    /** A listener names a certificate that is there: so the certificate comes first, and that is no failure. */
    private void awaitListener(Leading leading, Certificate certificate) throws NotRecordedException, EndedException {
        AcmeOrder order = certificate.order();
        if (order == null || !NO_LISTENER.equals(order.error())) {
            int failures = order == null ? 0 : order.failures();
            records.record(
                    leading, certificate, new AcmeOrder(null, null, List.of(), failures, clock.instant(), NO_LISTENER));
            LOG.info("certificate {}: {}", certificate.name(), NO_LISTENER);
        }
    }

    // ---- renewal

    private Instant renewal(Authority authority, Certificate certificate, Progress progress) throws EndedException {
        IssuedChain chain = certificate.issued();
        if (chain == null || certificate.superseded()) {
            return Instant.MIN;
        }
        if (!clock.instant().isBefore(progress.windowAskAt) && progress.leaf() != null) {
            askWindow(authority, certificate, progress);
        }
        RenewalWindow window = progress.window;
        return window == null ? RenewalTime.byLife(chain) : RenewalTime.byWindow(chain, window);
    }

    /** An authority that gives no answer keeps nothing from its renewal. */
    private void askWindow(Authority authority, Certificate certificate, Progress progress) throws EndedException {
        Duration wait = WINDOW_ASK_DEFAULT;
        try {
            RenewalWindow before = progress.window;
            progress.window = authority.renewalWindow(Objects.requireNonNull(progress.leaf()));
            Instant asked = authority.retryAfterSeen();
            if (asked != null) {
                wait = Duration.between(clock.instant(), asked);
            }
            if (progress.window != null && !progress.window.equals(before)) {
                LOG.info(
                        "certificate {}: the authority suggests to renew it between {} and {}",
                        certificate.name(),
                        progress.window.start(),
                        progress.window.end());
            }
        } catch (AcmeException | AcmeProtocolException e) {
            if (AuthorityErrors.find(e, EndedException.class) != null) {
                throw new EndedException();
            }
            LOG.info(
                    "certificate {}: the authority does not say when to renew it: {}",
                    certificate.name(),
                    e.getMessage());
        }
        wait = wait.compareTo(WINDOW_ASK_MIN) < 0 ? WINDOW_ASK_MIN : wait;
        wait = wait.compareTo(WINDOW_ASK_MAX) > 0 ? WINDOW_ASK_MAX : wait;
        progress.windowAskAt = clock.instant().plus(wait);
    }

    // ---- failures

    private static OrderFailedException classified(Authority authority, AcmeSettings settings, Exception failure) {
        AcmeServerException said = AuthorityErrors.find(failure, AcmeServerException.class);
        String type = said == null ? "" : AuthorityErrors.type(said.getProblem());
        if (type.equals("accountDoesNotExist")) {
            authority.forgetAccount();
        }
        Instant retryAfter = authority.retryAfterSeen();
        authority.forgetDirectory();
        return new OrderFailedException(
                AuthorityErrors.line(settings.directory(), failure),
                said != null && !PASSING.contains(type),
                retryAfter,
                failure);
    }

    /** Commits why the order does not go on and until when: another leader keeps to it. */
    private void failed(Leading leading, Certificate certificate, Progress progress, OrderFailedException failure)
            throws EndedException {
        Instant now = clock.instant();
        Certificate current = records.certificate(certificate.name());
        if (current == null || current.acme() == null || !current.stamp().equals(certificate.stamp())) {
            return; // an operator has written it meanwhile
        }
        counters.failed();
        AcmeOrder before = current.order();
        int failures =
                before == null ? 1 : before.failures() == Integer.MAX_VALUE ? before.failures() : before.failures() + 1;
        Instant until = BackOff.until(failures, now, failure.retryAfter(), random);
        String line = String.valueOf(failure.getMessage());
        progress.heldUntil = until;
        LOG.warn("certificate {}: {} (next try at {})", certificate.name(), line, until);
        if (failure.getCause() != null) {
            LOG.debug("certificate {}", certificate.name(), failure.getCause());
        }
        AcmeOrder next = before == null || failure.over()
                ? new AcmeOrder(null, null, List.of(), failures, until, line)
                : new AcmeOrder(before.url(), before.key(), before.answers(), failures, until, line);
        try {
            records.record(leading, current, next);
        } catch (NotRecordedException e) {
            LOG.info("certificate {}: the failure was not committed: {}", certificate.name(), e.getMessage());
        }
    }
}
