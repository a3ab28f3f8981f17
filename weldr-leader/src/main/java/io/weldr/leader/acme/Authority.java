package io.weldr.leader.acme;

import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Sealed;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNotSupportedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import org.shredzone.acme4j.toolbox.AcmeUtils;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * One certificate authority, known by the URL of its directory, and the cluster's account there. Confined to the thread
 * of the package.
 */
final class Authority {
    /** The directory changes when the authority changes its software. */
    private static final long DIRECTORY_HOURS = 1;

    /** Looked through for one that a leader has made and not committed. It is among the newest, or there is none. */
    private static final int ORDERS_LOOKED_AT_MAX = 20;

    /** An order that expires sooner is not worth going on with. */
    private static final long EXPIRES_MINUTES_MIN = 10;

    private final AuthorityConnection connection;
    private final Session session;
    private final Clock clock;
    private @Nullable Login login;
    private @Nullable Sealed openedBy;

    Authority(String directory, AuthorityConnector connector, Clock clock) {
        this.clock = clock;
        connection = new AuthorityConnection(connector, clock);
        session = new Session(URI.create(directory), new Provider());
        session.networkSettings().setCompressionEnabled(false); // a small answer must not become a large one
        session.setLocale(Locale.ENGLISH);
    }

    private final class Provider extends GenericAcmeProvider {
        @Override
        public Connection connect(URI serverUri, NetworkSettings networkSettings) {
            return connection;
        }

        /** The library asks before each request, unless the authority says for how long its directory holds. */
        @Override
        public @Nullable JSON directory(Session asking, URI serverUri) throws AcmeException {
            JSON directory = super.directory(asking, serverUri);
            if (directory != null) {
                asking.setDirectoryExpires(
                        ZonedDateTime.now(ZoneOffset.UTC).plusHours(DIRECTORY_HOURS)); // as the library compares
            }
            return directory;
        }
    }

    /** What follows is done in the name of that term. */
    void act(Leading leading) {
        connection.act(leading);
    }

    /** When the last answer asked to be asked again; null: it did not. */
    @Nullable Instant retryAfterSeen() {
        return connection.retryAfterSeen();
    }

    /** Whether the account of that key is open; see {@link #open}. */
    boolean isOpenBy(Sealed key) {
        return login != null && key.equals(openedBy);
    }

    /** Forgets what the authority said of itself: after a failure, that may have been the cause. */
    void forgetDirectory() {
        session.purgeDirectoryCache();
    }

    /** Forgets what the authority said about the account. */
    void forgetAccount() {
        login = null;
    }

    /**
     * Makes the account, or finds it: by the same key it is the same account (RFC 8555 section 7.3.1). The terms of
     * service are agreed to, as the operator did who asked for the certificate.
     *
     * @param sealed the same key, as the log holds it
     * @param externalKey HMAC key of the external account; null: there is none
     */
    void open(KeyPair key, Sealed sealed, AcmeSettings settings, byte @Nullable [] externalKey) throws AcmeException {
        AccountBuilder builder =
                new AccountBuilder().useKeyPair(key).addEmail(settings.email()).agreeToTermsOfService();
        AcmeSettings.ExternalAccount external = settings.externalAccount();
        if (external != null && externalKey != null) {
            builder.withKeyIdentifier(external.keyId(), new SecretKeySpec(externalKey, "HMAC"))
                    .withMacAlgorithm(AlgorithmIdentifiers.HMAC_SHA256); // the one that every authority takes
        }
        login = builder.createLogin(session);
        openedBy = sealed;
    }

    private Login login() {
        Login opened = login;
        if (opened == null) {
            throw new IllegalStateException("the account is not open");
        }
        return opened;
    }

    /**
     * A new order.
     *
     * @param replaces the certificate that is renewed; null: none. It is named where the authority knows of renewals
     *     (RFC 9773 section 5)
     */
    Order order(List<String> hosts, @Nullable X509Certificate replaces) throws AcmeException {
        String replaced = replaces == null || !suggestsRenewal() ? null : identifier(replaces);
        if (replaced != null) {
            try {
                return login().newOrder().domains(hosts).replaces(replaced).create();
            } catch (AcmeServerException e) {
                String type = AuthorityErrors.type(e.getProblem());
                if (!type.equals("alreadyReplaced") && !type.equals("malformed")) {
                    throw e;
                }
                // It was renewed already, or another authority issued it: it needs no successor here.
            }
        }
        return login().newOrder().domains(hosts).create();
    }

    /** An order as it stands. */
    Order order(String url) throws AcmeException {
        Order order = login().bindOrder(url(url));
        order.fetch();
        return order;
    }

    /**
     * An order for exactly these hosts that nobody has finalised. A leader that made it, and was gone before it was
     * committed, has left it.
     *
     * @param known orders that are committed
     * @return null if there is none, or the authority does not list orders (RFC 8555 section 7.1.2.1)
     */
    @Nullable Order abandoned(List<String> hosts, Set<String> known) throws AcmeException {
        Iterator<Order> orders;
        try {
            orders = login().getAccount().getOrders();
        } catch (AcmeNotSupportedException e) {
            return null;
        }
        Set<String> wanted = new HashSet<>(hosts);
        for (int looked = 0; looked < ORDERS_LOOKED_AT_MAX && orders.hasNext(); looked++) {
            Order order = orders.next();
            if (!known.contains(order.getLocation().toString())) {
                order.fetch();
                if (waits(order) && names(order).equals(wanted)) {
                    return order;
                }
            }
        }
        return null;
    }

    private boolean waits(Order order) {
        Status status = order.getStatus();
        Instant soon = clock.instant().plusSeconds(60 * EXPIRES_MINUTES_MIN);
        return (status == Status.PENDING || status == Status.READY)
                && order.getExpires().map(soon::isBefore).orElse(true);
    }

    /** What an order is for, lower case. */
    static Set<String> names(Order order) {
        Set<String> names = new HashSet<>();
        for (Identifier identifier : order.getIdentifiers()) {
            names.add(String.valueOf(identifier.toMap().get("value")).toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /** Whether the authority says when a certificate is to be renewed (RFC 9773 section 4). */
    boolean suggestsRenewal() throws AcmeException {
        return session.resourceUrlOptional(Resource.RENEWAL_INFO).isPresent();
    }

    /** When the authority suggests to renew it. Asked without an account. Null: it has no say, or answers nonsense. */
    @Nullable RenewalWindow renewalWindow(X509Certificate certificate) throws AcmeException {
        URL base = session.resourceUrlOptional(Resource.RENEWAL_INFO).orElse(null);
        String identifier = identifier(certificate);
        if (base == null || identifier == null) {
            return null;
        }
        String slash = base.toString().endsWith("/") ? "" : "/";
        try (Connection asked = session.connect()) {
            asked.sendRequest(url(base + slash + identifier), session, null);
            JSON window = asked.readJsonResponse().get("suggestedWindow").asObject();
            Instant start = window.get("start").asInstant();
            Instant end = window.get("end").asInstant();
            return start.isBefore(end) ? new RenewalWindow(start, end) : null;
        }
    }

    /** As RFC 9773 section 4.1 has it; null for a certificate that does not name the key of its authority. */
    private static @Nullable String identifier(X509Certificate certificate) {
        try {
            return AcmeUtils.getRenewalUniqueIdentifier(certificate);
        } catch (RuntimeException e) {
            return null;
        }
    }

    private static URL url(String text) throws AcmeException {
        try {
            return URI.create(text).toURL();
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new AcmeException("a URL that is none: " + text, e);
        }
    }
}
