package io.weldr.node.config;

import io.weldr.proxy.limits.Limit;
import io.weldr.proxy.limits.Limit.Unit;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration; every key is declared here, once. {@code proxy-address} is {@code proxy-address} in the
 * file (or {@code address} below {@code proxy}), {@code --proxy-address} on the command line and {@code
 * WELDR_PROXY_ADDRESS} in the environment.
 *
 * @param key lower case words joined by dashes
 * @param defaultText the value if no source gives one; empty: none
 * @param placeholder what stands for the value in the help
 * @param help what it is, in one line
 * @param flagAlias another spelling of the flag, or null
 * @param limit the limit of the proxy that this setting sets, or null
 */
public record Setting(
        String key,
        String defaultText,
        String placeholder,
        String help,
        @Nullable String flagAlias,
        @Nullable Limit limit) {

    private static final String SWITCH = "true|false";
    private static final String ADDRESS = "HOST:PORT";

    /** Every declaration below adds itself. Changes only while this class is initialized. */
    private static final List<Setting> ALL = new ArrayList<>();

    public static final Setting ID = of("id", "n1", "NAME", "the name of this node within its cluster");
    public static final Setting PROXY_ADDRESS =
            of("proxy-address", "0.0.0.0:8080", ADDRESS, "where clients connect", "--ip");
    public static final Setting ADMIN_ADDRESS =
            of("admin-address", "127.0.0.1:8687", ADDRESS, "the HTTP API", "--admin-ip");
    public static final Setting GRPC_ADDRESS = of("grpc-address", "127.0.0.1:8787", ADDRESS, "the gRPC API");
    public static final Setting STATUS_ADDRESS = of(
            "status-address",
            "",
            "HOST:PORT",
            "/metrics, /livez, /readyz and /leader for everybody, and nothing else; default: off");
    public static final Setting LOOPBACK_AUTH = of(
            "loopback-auth",
            "none",
            "none|required",
            "whether the APIs need a token on loopback; elsewhere they always do, unless insecure is set");
    public static final Setting ADMIN_HOSTS = of(
            "admin-hosts",
            "",
            "NAME,...",
            "names by which clients call the HTTP API, beside IP addresses, localhost and advertise-host");
    public static final Setting ADMIN_CERTIFICATE = of(
            "admin-certificate",
            "",
            "NAME",
            "the certificate of the APIs beyond loopback, by its name in the cluster; default: one of the cluster CA");
    public static final Setting AUDIT_LOG = of(
            "audit-log",
            "",
            "FILE",
            "the file of the audit log, a line for each change and each refused request; - is standard output; default: off");
    public static final Setting RAFT_ADDRESS =
            of("raft-address", "127.0.0.1:9687", ADDRESS, "consensus and calls between members");
    public static final Setting ADVERTISE_HOST =
            of("advertise-host", "", "HOST", "the host by which other members reach this node, if not by raft-address");
    public static final Setting DATA_DIR =
            of("data-dir", "weldr-data", "DIR", "the folder of the log and the snapshots");
    public static final Setting SECRET_FILE = of(
            "secret-file",
            "",
            "FILE",
            "the secret of the cluster, the same on all members, mode 600: openssl rand -hex 32 > FILE");
    public static final Setting PEER_TLS_CERT = of(
            "peer-tls-cert",
            "",
            "FILE",
            "the certificate of this node for other members, by your own authority in place of secret-file; PEM");
    public static final Setting PEER_TLS_KEY = of("peer-tls-key", "", "FILE", "the key of peer-tls-cert; PEM");
    public static final Setting PEER_TLS_CA =
            of("peer-tls-ca", "", "FILE", "the authorities of the certificates of members; PEM");
    public static final Setting PEERS = of(
            "peers",
            "",
            "n1=HOST:PORT,...",
            "Raft addresses of all members of a new cluster, this node included; default: a cluster of one");
    public static final Setting BOOTSTRAP = of(
            "bootstrap",
            "false",
            SWITCH,
            "form the cluster of --peers even if some do not answer; only if no older cluster exists");
    public static final Setting JOIN = of(
            "join",
            "",
            "HOST:PORT|wait",
            "join a cluster by the HTTP API of any member, if the data folder is empty; wait: until an operator adds the node");
    public static final Setting WITNESS =
            of("witness", "false", SWITCH, "only vote: no proxy, and lead only if no other member can");
    public static final Setting JOIN_AS = of(
            "join-as",
            "voter",
            "voter|learner",
            "what the node joins as: a learner gets every change and has no vote until it is promoted");
    public static final Setting REMOVE_DEAD_AFTER = of(
            "remove-dead-after",
            "never",
            "TIME|never",
            "the leader removes members that it has not heard from for so long, if voters-min remain; from 1m to 720h");
    public static final Setting VOTERS_MIN =
            of("voters-min", "3", "COUNT", "with remove-dead-after: dead voters stay rather than leave fewer voters");
    public static final Setting WITNESS_PROBES = of(
            "witness-probes",
            "false",
            SWITCH,
            "a witness probes the origins of pools with witnesses: true; it must use the same network as the other nodes");
    public static final Setting ON_REMOVAL = of(
            "on-removal",
            "exit",
            "exit|idle",
            "what the node does after it was removed from its cluster and has drained");
    public static final Setting ELECTION_TIMEOUT =
            of("election-timeout", "500ms-1s", "MIN-MAX", "how long a leader may be silent before another is elected");
    public static final Setting INSECURE = of(
            "insecure", "false", SWITCH, "no TLS and no tokens for APIs beyond loopback, and no TLS between members");
    public static final Setting WORKERS = of("workers", "0", "N", "event loops that proxy; 0: one for each core");
    public static final Setting TRANSPORT =
            of("transport", "auto", "auto|epoll|io-uring|nio", "how the proxy talks to the kernel");
    public static final Setting LISTENER_ALLOW = of(
            "listener-allow",
            "1024-65535",
            "443,1024-65535,...",
            "ports that listeners made through the API may have on this node");
    public static final Setting TRUSTED_PEERS = of(
            "trusted-peers",
            "",
            "10.0.0.0/8,...",
            "networks whose X-Forwarded-* and Forwarded fields are trusted; those of others are removed");
    public static final Setting FORWARDED = of(
            "forwarded",
            "x-forwarded",
            "x-forwarded|rfc7239|both|none",
            "fields with the address of the client for origins: X-Forwarded-For, -Proto and -Host, or Forwarded");
    public static final Setting WHEN_ALL_DOWN = of(
            "when-all-down",
            "answer-503",
            "answer-503|fail-open",
            "the treatment of requests when no origin is up; fail-open tries origins that are down");
    public static final Setting ALLOW_TRACE = of(
            "allow-trace",
            "false",
            SWITCH,
            "forward TRACE to origins; its answer shows clients the fields that proxies added");
    public static final Setting ACCESS_LOG = of(
            "access-log",
            "",
            "FILE",
            "the file of the access log, a line for each exchange; - is standard output; default: off");
    public static final Setting ACCESS_LOG_FORMAT =
            of("access-log-format", "json", "json|common|combined", "the format of the access log");
    public static final Setting ACCESS_LOG_REDACT = of(
            "access-log-redact",
            "",
            "NAME,...",
            "query parameters whose values the access log and traces hide; *: all");
    public static final Setting TRACE_ENDPOINT = of(
            "trace-endpoint",
            "",
            "URL",
            "the collector of traces, by OTLP over HTTP: http://HOST:4318; default: no traces");
    public static final Setting TRACE_SAMPLE = of(
            "trace-sample",
            "0.01",
            "0..1",
            "share of the requests to trace, if the client did not decide it by traceparent");
    public static final Setting DRAIN_TIMEOUT = of(
            "drain-timeout",
            "10s",
            "TIME",
            "how long exchanges under way may take to finish when the node stops, or a listener is removed");
    public static final Setting VIP_ADDRESS =
            of("vip-address", "", "ADDRESS/PREFIX", "a virtual IP that the leader holds; see docs/howto/virtual-ip.md");
    public static final Setting VIP_INTERFACE = of("vip-interface", "", "NAME", "the interface of --vip-address");
    public static final Setting VIP_ADDRESSES =
            of("vip-addresses", "", "ADDRESS/PREFIX@NAME,...", "several virtual IPs, each with its interface");
    public static final Setting VIP_LIFETIME =
            of("vip-lifetime", "2s", "TIME", "how long the kernel keeps a virtual IP that is not renewed");
    public static final Setting VIP_ON_QUORUM_LOSS = of(
            "vip-on-quorum-loss",
            "release",
            "release|hold",
            "whether a node that lost its majority releases the virtual IPs");
    public static final Setting VIP_HOOKS_ACTIVE =
            of("vip-hooks-active", "", "COMMAND", "run when this node becomes active");
    public static final Setting VIP_HOOKS_PASSIVE =
            of("vip-hooks-passive", "", "COMMAND", "run when this node becomes passive, and once at start");
    public static final Setting VIP_HOOKS_TIMEOUT = of("vip-hooks-timeout", "10s", "TIME", "how long a hook may run");
    public static final Setting ACME_DIRECTORY = of(
            "acme-directory",
            "https://acme-v02.api.letsencrypt.org/directory",
            "URL",
            "the certificate authority of certificates that name none");
    public static final Setting ACME_CA_FILE = of(
            "acme-ca-file",
            "",
            "FILE",
            "PEM: authorities that sign the certificate of the ACME server; default: those of the Java platform");
    public static final Setting RAFT_SNAPSHOT_ENTRIES =
            of("raft-snapshot-entries", "20000", "N", "log entries between two snapshots; a change makes two entries");
    public static final Setting RAFT_SEGMENT_BYTES =
            of("raft-segment-bytes", "1048576", "N", "size of one log file; only whole files are purged");
    public static final Setting RAFT_KEPT_ENTRIES =
            of("raft-kept-entries", "1000", "N", "log entries that are kept for members that lag a little");
    public static final Setting LOG_LEVEL = of("log-level", "info", "LEVEL", "error, warn, info, debug or trace");

    static {
        ProxyLimits.all().forEach(Setting::of);
    }

    private static Setting of(String key, String defaultText, String placeholder, String help) {
        return declare(new Setting(key, defaultText, placeholder, help, null, null));
    }

    private static Setting of(String key, String defaultText, String placeholder, String help, String flagAlias) {
        return declare(new Setting(key, defaultText, placeholder, help, flagAlias, null));
    }

    private static Setting of(Limit limit) {
        String key = "limits-" + limit.name().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        Object value = limit.defaultValue();
        String defaultText = value instanceof Duration time ? time.toMillis() + "ms" : value.toString();
        String placeholder = limit.unit() == Unit.TIME ? "TIME" : "N";
        return declare(new Setting(key, defaultText, placeholder, "a limit of the data plane", null, limit));
    }

    private static Setting declare(Setting setting) {
        ALL.add(setting);
        return setting;
    }

    /** Every setting, in the order in which they are told. */
    public static List<Setting> values() {
        return Collections.unmodifiableList(ALL);
    }

    static @Nullable Setting ofKey(String key) {
        for (Setting setting : ALL) {
            if (setting.key().equals(key)) {
                return setting;
            }
        }
        return null;
    }

    /** The setting that was probably meant by a key that there is not, or null. */
    static @Nullable Setting nearest(String key) {
        Setting best = null;
        int bestDistance = 4; // further apart it is another word, not a slip
        for (Setting setting : ALL) {
            int distance = distance(key, setting.key());
            if (distance < bestDistance) {
                bestDistance = distance;
                best = setting;
            }
        }
        return best;
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /** As it stands on the command line. */
    public String flag() {
        return "--" + key;
    }

    /** As it stands in the environment. */
    public String variable() {
        return "WELDR_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Whether it is on or off. */
    public boolean isSwitch() {
        return placeholder.equals(SWITCH);
    }

    /** Whether it is one of {@link ProxyLimits}. */
    public boolean isLimit() {
        return limit != null;
    }

    @Override
    public String toString() {
        return key;
    }
}
