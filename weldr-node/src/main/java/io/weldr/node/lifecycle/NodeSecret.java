package io.weldr.node.lifecycle;

import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ApiTls;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.port.KeySeal;
import io.weldr.core.port.MemberTls;
import io.weldr.core.port.SessionSigner;
import io.weldr.core.port.TicketKeys;
import io.weldr.core.state.Actor;
import io.weldr.core.state.MemberId;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.NodeConfig.PeerTls;
import io.weldr.raft.RaftCluster;
import io.weldr.trust.PkiMembers;
import io.weldr.trust.SealingKeys;
import io.weldr.trust.SecretApi;
import io.weldr.trust.SecretException;
import io.weldr.trust.SecretFile;
import io.weldr.trust.SecretMembers;
import io.weldr.trust.SecretWatch;
import io.weldr.trust.SessionSignatures;
import io.weldr.trust.SessionTicketKeys;
import io.weldr.trust.StickyTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secret of this node's cluster: where it comes from, and what the node has from it. A node with the setting {@code
 * secret-file} reads that file. Without it, a node whose data folder holds a secret uses that one, and a node that
 * begins as a cluster of one makes it there. Any other node has none: only an operator can give all members the same.
 * {@link #open} and {@link #close} once each, from one thread; what it gives from any: the tokens of cookies, sealing,
 * ticket keys.
 */
public final class NodeSecret implements CookieTokens, KeySeal, TicketKeys, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSecret.class);

    /** In the data folder. */
    static final String OWN = "secret";

    private static final String MADE_BY_NODE =
            "The secret of the cluster, made by this node. A node that joins needs a copy (secret-file).";

    /** Operators replace the secret a few times a year, and wait between two steps. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final NodeConfig config;
    private volatile CookieTokens tokens = CookieTokens.NONE;
    private volatile KeySeal seal = KeySeal.NONE;
    private volatile TicketKeys tickets = TicketKeys.NONE;
    private volatile SessionSigner sessions = SessionSignatures.ofThisNode(new SecureRandom());
    private volatile @Nullable MemberTls members;
    private volatile @Nullable SecretWatch watched;
    private volatile @Nullable SecretMembers bySecret;
    private volatile Runnable look = () -> {}; // on the thread that looks
    private volatile @Nullable ScheduledExecutorService looking; // set once, by whoever opens

    NodeSecret(NodeConfig config) {
        this.config = config;
    }

    /**
     * Where a node with that configuration would have its secret from, for people. Reads the file if there is one, and
     * makes none.
     *
     * @throws SecretException the file cannot be used
     */
    public static String describe(NodeConfig config) throws SecretException {
        Path file = file(config);
        if (file == null) {
            return makesItsOwn(config) ? own(config) + ", made at the first start" : "none";
        }
        SecretFile.read(file);
        return file.toAbsolutePath().normalize().toString();
    }

    /** The file that there has to be; null: there is none yet. */
    private static @Nullable Path file(NodeConfig config) {
        if (config.secretFile() != null) {
            return config.secretFile();
        }
        Path own = own(config);
        return Files.exists(own) ? own : null;
    }

    static Path own(NodeConfig config) {
        return config.dataDir().resolve(OWN).toAbsolutePath().normalize();
    }

    private static boolean makesItsOwn(NodeConfig config) {
        return config.peers().isEmpty() && config.join() == null && RaftCluster.isNew(config.dataDir());
    }

    /**
     * Reads the secret, or makes it. To be called before anything listens.
     *
     * @param replaced called after the secret of the running node was replaced, on a thread of its own; returns soon
     * @throws SecretException the file cannot be used
     * @throws IOException the data folder cannot be written
     */
    void open(Runnable replaced) throws IOException {
        open(LOOK_EVERY, replaced);
    }

    void open(Duration lookEvery, Runnable replaced) throws IOException {
        Path file = file(config);
        if (file == null && makesItsOwn(config)) {
            file = make();
        }
        List<BooleanSupplier> reloads = new ArrayList<>();
        SecretWatch watch = file == null ? null : SecretWatch.open(file);
        watched = watch;
        if (watch == null) {
            LOG.info("no cluster secret: secret-file is not set");
        } else {
            tokens = new StickyTokens(watch);
            seal = new SealingKeys(watch, new SecureRandom());
            tickets = new SessionTicketKeys(watch);
            sessions = SessionSignatures.of(watch);
            LOG.info("{}, of {}; all members of a cluster have the same", watch.get(), file);
            reloads.add(watch::reload);
        }
        Runnable prepare = openMembers(watch, reloads);
        if (reloads.isEmpty()) {
            return;
        }
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(NodeSecret::thread);
        look = () -> reloads.forEach(reload -> look(reload, replaced));
        thread.execute(prepare);
        var unused =
                thread.scheduleWithFixedDelay(look, lookEvery.toMillis(), lookEvery.toMillis(), TimeUnit.MILLISECONDS);
        looking = thread;
    }

    /**
     * Settles how this node speaks to other members. A secret that the node has made for itself is no reason to refuse
     * members that have none: they joined before there were certificates, and they reach no more than loopback, or what
     * insecure has opened.
     *
     * @return makes the certificate of this node ready, if others will ask for it soon
     */
    private Runnable openMembers(@Nullable SecretWatch watch, List<BooleanSupplier> reloads) throws SecretException {
        PeerTls files = config.peerTls();
        Runnable prepare = () -> {};
        if (files != null) {
            PkiMembers pki = PkiMembers.open(
                    config.id(),
                    new PkiMembers.Sources(files.certificate(), files.key(), files.authorities()),
                    config.insecure());
            reloads.add(pki::reload);
            members = pki;
        } else if (watch != null) {
            SecretMembers own = new SecretMembers(
                    config.id(),
                    watch,
                    config.insecure() || config.secretFile() == null,
                    InstantSource.system(),
                    new SecureRandom());
            members = own;
            bySecret = own;
            if (config.secretFile() != null) {
                prepare = own::prepare;
            }
        }
        if (config.insecure()) {
            LOG.warn(
                    members == null
                            ? "insecure: members speak without TLS, and every caller of the addresses of this node controls the cluster"
                            : "insecure: members may speak without TLS, and every caller of the addresses of this node controls the"
                                    + " cluster; remove insecure once all members have the secret");
        }
        return prepare;
    }

    /** Signs the sessions of browsers: by the secret once it is open, else by a key of this process. */
    SessionSigner sessions() {
        return new SessionSigner() {
            @Override
            public String sign(String text) {
                return sessions.sign(text);
            }

            @Override
            public boolean signed(String text, String signature) {
                return sessions.signed(text, signature);
            }
        };
    }

    /** By which people compare secrets, the current one first; none: there is no secret. */
    List<String> fingerprints() {
        SecretWatch watch = watched;
        return watch == null ? List.of() : watch.get().fingerprints();
    }

    /** How this node proves to other members who it is; null: not at all. Settled once this is open. */
    @Nullable MemberTls members() {
        return members;
    }

    /**
     * By what the API of this node speaks TLS; null: it cannot. Settled once this is open.
     *
     * @param hosts names and IP addresses by which clients call this node
     */
    @Nullable ApiTls api(Supplier<List<String>> hosts) {
        SecretMembers own = bySecret;
        MemberTls others = members;
        if (own != null) {
            return new SecretApi(config.id(), own, hosts, InstantSource.system(), new SecureRandom());
        }
        return others == null ? null : new PkiApi(others);
    }

    /** Certificates of an operator's own authority: the API shows that of the member, and knows members alone. */
    private record PkiApi(MemberTls members) implements ApiTls {
        @Override
        public X509ExtendedKeyManager keys() {
            return members.keys();
        }

        @Override
        public X509ExtendedTrustManager trust() {
            return members.trust();
        }

        @Override
        public @Nullable Actor client(X509Certificate certificate) {
            MemberId member = members.member(certificate);
            return member == null || !good(certificate) ? null : Actor.node(member);
        }

        /** A connection may be older than the end of its certificate, and a session older than its connection. */
        private static boolean good(X509Certificate certificate) {
            try {
                certificate.checkValidity();
                return true;
            } catch (CertificateException e) {
                return false;
            }
        }
    }

    /** Looks at the files now. Returns at once. */
    void lookNow() {
        ScheduledExecutorService thread = looking;
        if (thread != null) {
            try {
                thread.execute(look);
            } catch (RejectedExecutionException e) {
                LOG.debug("This node is closing", e);
            }
        }
    }

    private static void look(BooleanSupplier reload, Runnable replaced) {
        try {
            if (reload.getAsBoolean()) {
                replaced.run();
            }
        } catch (RuntimeException | Error e) {
            // Thrown on, it would end the looking for good.
            LOG.error("reading the secret files failed; the node tries again", e);
        }
    }

    private @Nullable Path make() throws IOException {
        Path own = own(config);
        try {
            Files.createDirectories(config.dataDir());
            if (SecretFile.make(own, MADE_BY_NODE, new SecureRandom())) {
                LOG.info("made a cluster secret: {}", own);
            }
            return own;
        } catch (SecretException e) {
            LOG.warn("the node makes no cluster secret: {}", e.getMessage());
            return null;
        } catch (IOException e) {
            throw new IOException("data folder " + config.dataDir() + " cannot be written: " + e, e);
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "weldr-secret");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public boolean available() {
        return tokens.available();
    }

    @Override
    public String token(PoolName pool, OriginId origin) {
        return tokens.token(pool, origin);
    }

    @Override
    public List<String> accepted(PoolName pool, OriginId origin) {
        return tokens.accepted(pool, origin);
    }

    @Override
    public boolean hasSecret() {
        return seal.hasSecret();
    }

    @Override
    public Sealed seal(KeyOwner owner, byte[] plain) {
        return seal.seal(owner, plain);
    }

    @Override
    public byte[] open(KeyOwner owner, Sealed sealed) {
        return seal.open(owner, sealed);
    }

    @Override
    public List<TicketKey> keys(String policy, Instant now) {
        return tickets.keys(policy, now);
    }

    @Override
    public void close() {
        ScheduledExecutorService thread = looking;
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
