package io.weldr.node.config;

import io.weldr.core.Check;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.Hooks;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import io.weldr.node.config.ConfigText.Source;
import io.weldr.node.config.NodeConfig.Join;
import io.weldr.node.config.NodeConfig.JoinAs;
import io.weldr.node.config.NodeConfig.LogLevel;
import io.weldr.node.config.NodeConfig.OnRemoval;
import io.weldr.node.config.NodeConfig.PeerTls;
import io.weldr.proxy.PortRanges;
import io.weldr.proxy.ProxySettings;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.Limit;
import io.weldr.proxy.limits.LimitException;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link NodeConfig} of what file, environment and flags say: a flag wins over a variable, a variable over the
 * file.
 */
public final class ConfigReader {
    private static final Duration ELECTION_TIMEOUT_LEAST = Duration.ofMillis(50);
    private static final Duration ELECTION_TIMEOUT_MOST = Duration.ofSeconds(10);
    private static final int WORKERS_MAX = 256;
    private static final int VOTERS_MIN_MAX = 9;
    private static final Duration REMOVE_DEAD_AFTER_LEAST = Duration.ofMinutes(1);
    private static final Duration REMOVE_DEAD_AFTER_MOST = Duration.ofDays(30);
    private static final String PREFIX = "WELDR_";

    private static final String FOR_ADMINS =
            "a loopback address, or secret-file, or the settings of peer-tls: then clients need HTTPS and a token;"
                    + " or --insecure (insecure: true) if everybody who can reach it may control the cluster";

    /** Read elsewhere: by the command line, the start script, weldrctl, and told to hooks. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "WELDR_CONFIG",
            "WELDR_JAVA_OPTS",
            "WELDR_SUPERVISED",
            "WELDR_ENDPOINT",
            "WELDR_ROLE",
            "WELDR_TERM",
            "WELDR_MEMBER",
            "WELDR_VIRTUAL_IPS");

    private final Map<Setting, ConfigText> texts = new HashMap<>();

    private ConfigReader() {
        for (Setting setting : Setting.values()) {
            texts.put(
                    setting,
                    new ConfigText(setting.defaultText(), Source.DEFAULT, "default of " + setting.key() + ": "));
        }
    }

    /**
     * Reads and validates everything.
     *
     * @param file the YAML file, or null
     * @param environment variables by name; those that do not start with {@code WELDR_} are not looked at
     * @param flags values given on the command line
     */
    public static NodeConfig read(@Nullable Path file, Map<String, String> environment, Map<Setting, String> flags)
            throws ConfigException {
        ConfigReader reader = new ConfigReader();
        if (file != null) {
            reader.texts.putAll(ConfigFile.read(file));
        }
        for (Setting setting : Setting.values()) {
            String value = environment.get(setting.variable());
            if (value != null) {
                reader.texts.put(setting, new ConfigText(value, Source.VARIABLE, setting.variable() + ": "));
            }
        }
        flags.forEach((setting, value) ->
                reader.texts.put(setting, new ConfigText(value, Source.FLAG, setting.flag() + ": ")));
        return reader.config();
    }

    /**
     * One line for each variable that looks like one of ours and is none. They are no reason not to start: what runs in
     * a container may be given variables such as {@code WELDR_SERVICE_HOST} by whatever started it.
     */
    public static List<String> unknownVariables(Map<String, String> environment) {
        Map<String, Setting> known = new HashMap<>();
        Setting.values().forEach(setting -> known.put(setting.variable(), setting));
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.containsKey(name))
                .filter(name -> !OTHER_VARIABLES.contains(name) && !name.startsWith("WELDR_LOCAL_"))
                .sorted()
                .map(name -> {
                    String key = name.substring(PREFIX.length())
                            .toLowerCase(Locale.ROOT)
                            .replace('_', '-');
                    Setting meant = Setting.nearest(key);
                    return name + ": no such setting, ignored"
                            + (meant == null ? "" : " (did you mean " + meant.variable() + "?)");
                })
                .toList();
    }

    private NodeConfig config() throws ConfigException {
        boolean insecure = parse(Setting.INSECURE, Values::flag);
        MemberId id = parse(Setting.ID, MemberId::new);
        Path secretFile = parse(Setting.SECRET_FILE, Values::secretFile);
        PeerTls peerTls = peerTls(id);
        ListenAddress raft = guarded(
                Setting.RAFT_ADDRESS,
                insecure || secretFile != null || peerTls != null,
                "a loopback address, or secret-file with the secret of the cluster, the same on all members (to make"
                        + " one: openssl rand -hex 32 > weldr-secret; chmod 600 weldr-secret), or peer-tls, or"
                        + " --insecure if everybody who can reach it may control the cluster");
        if (raft.port() == 0) {
            throw refused(Setting.RAFT_ADDRESS, "a port that the peers know");
        }
        SortedMap<MemberId, HostPort> peers = parse(Setting.PEERS, Values::peers);
        if (!peers.isEmpty() && !peers.containsKey(id)) {
            throw refused(Setting.PEERS, "this node, " + id + ", among " + peers.keySet());
        }
        Join join = parse(Setting.JOIN, Values::join);
        boolean bootstrap = parse(Setting.BOOTSTRAP, Values::flag);
        if (join != null && (bootstrap || !peers.isEmpty())) {
            throw refused(
                    Setting.JOIN,
                    "nothing, beside " + (bootstrap ? "--bootstrap" : "--peers")
                            + ": a node forms a cluster or joins one");
        }
        boolean witness = parse(Setting.WITNESS, Values::flag);
        boolean joinsAsLearner = parse(Setting.JOIN_AS, text -> Values.oneOf(JoinAs.class, text)) == JoinAs.LEARNER;
        if (joinsAsLearner && (join == null || witness)) {
            throw refused(
                    Setting.JOIN_AS, witness ? "voter on a witness, which only votes" : "voter, or join beside it");
        }
        boolean witnessProbes = parse(Setting.WITNESS_PROBES, Values::flag);
        if (witnessProbes && !witness) {
            throw refused(Setting.WITNESS_PROBES, "witness: true beside it: every other node probes origins anyway");
        }
        refuseUnreachable(peers.get(id), join);
        VirtualIpSettings virtualIp = virtualIp();
        if (witness && !virtualIp.addresses().isEmpty()) {
            throw refused(Setting.WITNESS, "false on a node with a virtual IP: nothing would answer there");
        }
        if (!virtualIp.addresses().isEmpty()
                && !witness
                && !parse(Setting.PROXY_ADDRESS, ListenAddress::parse).isWildcard()) {
            throw refused(
                    Setting.PROXY_ADDRESS,
                    "0.0.0.0:PORT or [::]:PORT beside a virtual IP, which comes and goes: nothing else would answer there");
        }
        String[] election = parse(Setting.ELECTION_TIMEOUT, Values::range);
        Duration electionMin = parse(Setting.ELECTION_TIMEOUT, text -> Values.duration(election[0]));
        Duration electionMax = parse(Setting.ELECTION_TIMEOUT, text -> Values.duration(election[1]));
        parse(Setting.ELECTION_TIMEOUT, text -> {
            Check.inRange("the least", electionMin, ELECTION_TIMEOUT_LEAST, ELECTION_TIMEOUT_MOST);
            return Check.inRange("the most", electionMax, electionMin.plusMillis(1), electionMin.multipliedBy(10));
        });
        int workers = parse(Setting.WORKERS, text -> Values.number(text, 0, WORKERS_MAX));
        String advertise = text(Setting.ADVERTISE_HOST);
        return new NodeConfig(
                id,
                parse(Setting.PROXY_ADDRESS, ListenAddress::parse),
                guarded(Setting.ADMIN_ADDRESS, insecure || secretFile != null || peerTls != null, FOR_ADMINS),
                guarded(Setting.GRPC_ADDRESS, insecure || secretFile != null || peerTls != null, FOR_ADMINS),
                raft,
                api(),
                advertise.isEmpty() ? null : parse(Setting.ADVERTISE_HOST, Values::host),
                parse(Setting.DATA_DIR, Values::path),
                secretFile,
                peerTls,
                peers,
                bootstrap,
                join,
                witness,
                joinsAsLearner,
                parse(Setting.REMOVE_DEAD_AFTER, ConfigReader::removeDeadAfter),
                parse(Setting.VOTERS_MIN, text -> Values.number(text, 1, VOTERS_MIN_MAX)),
                witnessProbes,
                parse(Setting.ON_REMOVAL, text -> Values.oneOf(OnRemoval.class, text)),
                electionMin,
                electionMax,
                insecure,
                workers == 0 ? Math.min(WORKERS_MAX, Runtime.getRuntime().availableProcessors()) : workers,
                parse(Setting.TRANSPORT, text -> Values.oneOf(Transport.class, text)),
                parse(Setting.LISTENER_ALLOW, PortRanges::parse),
                parse(Setting.TRUSTED_PEERS, text -> ProxySettings.checkedNetworks(Values.list(text))),
                parse(Setting.FORWARDED, text -> Values.oneOf(Forwarding.class, text)),
                parse(Setting.WHEN_ALL_DOWN, text -> Values.oneOf(WhenAllDown.class, text)),
                parse(Setting.ALLOW_TRACE, Values::flag),
                Values.orNull(text(Setting.ACCESS_LOG)),
                parse(Setting.ACCESS_LOG_FORMAT, text -> Values.oneOf(LineFormat.class, text)),
                parse(Setting.ACCESS_LOG_REDACT, text -> new Redaction(Values.list(text))),
                tracing(),
                parse(
                        Setting.DRAIN_TIMEOUT,
                        text -> Check.inRange("time", Values.duration(text), Duration.ZERO, Duration.ofHours(1))),
                virtualIp,
                parse(Setting.ACME_DIRECTORY, Values::acmeDirectory),
                parse(Setting.ACME_CA_FILE, Values::authorities),
                parse(Setting.RAFT_SNAPSHOT_ENTRIES, text -> Values.number(text, 10, 10_000_000)),
                parse(Setting.RAFT_SEGMENT_BYTES, text -> Values.number(text, 4096, 1 << 26)),
                parse(Setting.RAFT_KEPT_ENTRIES, text -> Values.number(text, 1, 10_000_000)),
                limits(),
                parse(Setting.LOG_LEVEL, text -> Values.oneOf(LogLevel.class, text)));
    }

    private NodeConfig.@Nullable TraceSettings tracing() throws ConfigException {
        double sample = parse(Setting.TRACE_SAMPLE, Values::share);
        URI endpoint = parse(Setting.TRACE_ENDPOINT, Values::endpoint);
        return endpoint == null ? null : new NodeConfig.TraceSettings(endpoint, sample);
    }

    private NodeConfig.Api api() throws ConfigException {
        String status = text(Setting.STATUS_ADDRESS);
        return new NodeConfig.Api(
                status.isBlank() ? null : parse(Setting.STATUS_ADDRESS, ListenAddress::parse),
                parse(Setting.LOOPBACK_AUTH, text -> Values.oneOf(NodeConfig.LoopbackAuth.class, text))
                        == NodeConfig.LoopbackAuth.REQUIRED,
                parse(
                        Setting.ADMIN_HOSTS,
                        text -> Values.list(text).stream().map(Values::name).toList()),
                parse(Setting.ADMIN_CERTIFICATE, text -> text.isBlank() ? null : new CertificateName(text)),
                Values.orNull(text(Setting.AUDIT_LOG)));
    }

    /**
     * The single address and the list are two spellings of one setting: of two sources the stronger one says all, and
     * in one they add up.
     */
    private VirtualIpSettings virtualIp() throws ConfigException {
        List<VirtualIp> several = parse(Setting.VIP_ADDRESSES, Values::virtualIps);
        String single = text(Setting.VIP_ADDRESS);
        int strength = single.isBlank() ? 1 : source(Setting.VIP_ADDRESSES).compareTo(source(Setting.VIP_ADDRESS));
        List<VirtualIp> addresses = new ArrayList<>(strength >= 0 ? several : List.of());
        String device = text(Setting.VIP_INTERFACE);
        if (single.isBlank() != device.isBlank()) {
            throw refused(
                    single.isBlank() ? Setting.VIP_INTERFACE : Setting.VIP_ADDRESS,
                    "both an address and an interface, or neither");
        }
        if (!single.isBlank() && strength <= 0) {
            addresses.add(parse(Setting.VIP_ADDRESS, text -> VirtualIp.parse(text, device)));
        }
        Hooks hooks = parse(
                Setting.VIP_HOOKS_TIMEOUT,
                text -> new Hooks(
                        Values.orNull(text(Setting.VIP_HOOKS_ACTIVE)),
                        Values.orNull(text(Setting.VIP_HOOKS_PASSIVE)),
                        Values.duration(text)));
        QuorumLoss quorumLoss = parse(Setting.VIP_ON_QUORUM_LOSS, text -> Values.oneOf(QuorumLoss.class, text));
        return parse(
                Setting.VIP_LIFETIME,
                text -> new VirtualIpSettings(addresses, Values.duration(text), quorumLoss, hooks));
    }

    private @Nullable PeerTls peerTls(MemberId self) throws ConfigException {
        List<Setting> settings = List.of(Setting.PEER_TLS_CERT, Setting.PEER_TLS_KEY, Setting.PEER_TLS_CA);
        List<Setting> missing =
                settings.stream().filter(setting -> text(setting).isBlank()).toList();
        if (missing.size() == settings.size()) {
            return null;
        }
        if (!missing.isEmpty()) {
            Setting given = settings.stream()
                    .filter(setting -> !missing.contains(setting))
                    .findFirst()
                    .orElseThrow();
            throw new ConfigException(where(given) + missing.get(0)
                    + " is not set (expected: peer-tls-cert, peer-tls-key and peer-tls-ca together)");
        }
        return parse(
                Setting.PEER_TLS_CERT,
                certificate ->
                        Values.peerTls(self, certificate, text(Setting.PEER_TLS_KEY), text(Setting.PEER_TLS_CA)));
    }

    /** The limits that somebody set, and the defaults of all others. They are checked together when all are there. */
    private ProxyLimits limits() throws ConfigException {
        Map<String, Setting> settings = new LinkedHashMap<>(); // by the name of the limit, as are the values
        Map<String, Object> values = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            Limit limit = setting.limit();
            if (limit != null && source(setting) != Source.DEFAULT) {
                settings.put(limit.name(), setting);
                values.put(limit.name(), parse(setting, text -> Values.limit(limit, text)));
            }
        }
        try {
            ProxyLimits.Builder limits = ProxyLimits.builder();
            values.forEach(limits::set);
            return limits.build();
        } catch (LimitException e) {
            String culprit = values.containsKey(e.limit()) ? e.limit() : rulesOut(e.limit(), values);
            Setting setting = Check.present(settings.get(culprit), "limit", culprit, "a limit that was set");
            throw new ConfigException(where(setting) + e.getMessage(), e);
        }
    }

    /** Returns which of the given limits does not go with the default of {@code limit}. */
    private static String rulesOut(String limit, Map<String, Object> values) {
        for (Map.Entry<String, Object> given : values.entrySet()) {
            try {
                ProxyLimits.DEFAULTS.with(given.getKey(), given.getValue());
            } catch (LimitException e) {
                if (e.limit().equals(limit)) {
                    return given.getKey();
                }
            }
        }
        return limit;
    }

    /** An address that hands the cluster to whoever reaches it: loopback, or somebody said that he knows. */
    private ListenAddress guarded(Setting setting, boolean allowed, String expected) throws ConfigException {
        ListenAddress address = parse(setting, ListenAddress::parseOfMember);
        try {
            if (!allowed && !address.isLoopback()) {
                throw refused(setting, expected);
            }
        } catch (UnknownHostException e) {
            throw new ConfigException(
                    where(setting) + "host " + address.host() + " is not known (expected: an address of this machine)",
                    e);
        }
        return address;
    }

    private static @Nullable Duration removeDeadAfter(String text) {
        return text.equals("never")
                ? null
                : Check.inRange("time", Values.duration(text), REMOVE_DEAD_AFTER_LEAST, REMOVE_DEAD_AFTER_MOST);
    }

    /**
     * Refuses addresses on loopback that members on other machines would be told: what they sent there would come to
     * themselves.
     *
     * @param known where the others reach the consensus module of this node; null if no peers are named
     */
    private void refuseUnreachable(@Nullable HostPort known, @Nullable Join join) throws ConfigException {
        HostPort outside = known != null ? known : join != null ? join.admin() : null;
        if (outside == null || !text(Setting.ADVERTISE_HOST).isEmpty()) {
            return;
        }
        try {
            if (new ListenAddress(outside.host(), outside.port()).isLoopback()) {
                return;
            }
            if (parse(Setting.RAFT_ADDRESS, ListenAddress::parse).isLoopback()) {
                // Mostly a default that nobody thought of: the place is that of what makes it unusable.
                throw new ConfigException(where(known != null ? Setting.PEERS : Setting.JOIN) + Setting.RAFT_ADDRESS
                        + " is " + text(Setting.RAFT_ADDRESS)
                        + " (expected: an address that other machines reach, as members at " + outside
                        + " need: changes, votes and second opinions go there)");
            }
        } catch (UnknownHostException e) {
            return; // a name that is not known here yet; forming or joining says so as long as it is not
        }
    }

    private <T> T parse(Setting setting, Function<String, T> parser) throws ConfigException {
        try {
            return parser.apply(text(setting));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(where(setting) + e.getMessage(), e);
        }
    }

    private String text(Setting setting) {
        return value(setting).text();
    }

    private String where(Setting setting) {
        return value(setting).where();
    }

    private Source source(Setting setting) {
        return value(setting).source();
    }

    private ConfigText value(Setting setting) {
        return Check.present(texts.get(setting), "setting", setting, "a value or a default");
    }

    private ConfigException refused(Setting setting, String expected) {
        return new ConfigException(where(setting) + Check.quote(text(setting)) + " (expected: " + expected + ")");
    }
}
