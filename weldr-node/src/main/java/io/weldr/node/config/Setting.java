package io.weldr.node.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every key of the configuration, once. {@code PROXY_ADDRESS} is {@code proxy-address} in the file, {@code --proxy-address} on the
 * command line and {@code WELDR_PROXY_ADDRESS} in the environment. A key under another, as {@code request-header-timeout} below {@code
 * limits}, is joined to it by a dash everywhere but in the file.
 */
public enum Setting {
    ID("n1", "NAME", "the name of this node within its cluster"),
    PROXY_ADDRESS("0.0.0.0:8080", "HOST:PORT", "where clients connect", "--ip"),
    ADMIN_ADDRESS("127.0.0.1:8687", "HOST:PORT", "the HTTP API", "--admin-ip"),
    GRPC_ADDRESS("127.0.0.1:8787", "HOST:PORT", "the gRPC API, also between members"),
    RAFT_ADDRESS("127.0.0.1:9687", "HOST:PORT", "consensus between members"),
    ADVERTISE_HOST(
            "", "HOST", "the host that other members reach this one by, if it is not the one in the addresses above"),
    DATA_DIR("weldr-data", "DIR", "where the log and the snapshots are kept"),
    PEERS(
            "",
            "n1=HOST:PORT,...",
            "raft addresses of all members of a new cluster, this one included; without it a cluster of one"),
    BOOTSTRAP(
            "false",
            "true|false",
            "form the cluster of --peers even if not all of them answer; only for an operator who knows that there is no older one"),
    ELECTION_TIMEOUT("200ms-400ms", "MIN-MAX", "how long a leader may be silent before another one is elected"),
    INSECURE("false", "true|false", "allow admin, gRPC and raft addresses beyond loopback without TLS and credentials"),
    WORKERS("0", "N", "event loops that proxy; 0: one for each core"),
    TRANSPORT("auto", "auto|epoll|io_uring|nio", "how the proxy talks to the kernel"),
    DRAIN_TIMEOUT("10s", "TIME", "how long exchanges under way may take to finish when the node stops"),
    LOG_LEVEL("info", "LEVEL", "error, warn, info, debug or trace");

    private final String defaultText;
    private final String placeholder;
    private final String help;
    private final @Nullable String flagAlias;

    Setting(String defaultText, String placeholder, String help) {
        this(defaultText, placeholder, help, null);
    }

    Setting(String defaultText, String placeholder, String help, @Nullable String flagAlias) {
        this.defaultText = defaultText;
        this.placeholder = placeholder;
        this.help = help;
        this.flagAlias = flagAlias;
    }

    /** The value if no source gives one; empty: none. */
    public String defaultText() {
        return defaultText;
    }

    /** What stands for the value in the help. */
    public String placeholder() {
        return placeholder;
    }

    /** What it is, in one line. */
    public String help() {
        return help;
    }

    /** Another spelling of the flag, or null. */
    public @Nullable String flagAlias() {
        return flagAlias;
    }

    /** As it stands in the file. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As it stands on the command line. */
    public String flag() {
        return "--" + key();
    }

    /** As it stands in the environment. */
    public String variable() {
        return "WELDR_" + name();
    }

    static @Nullable Setting ofKey(String key) {
        for (Setting setting : values()) {
            if (setting.key().equals(key)) {
                return setting;
            }
        }
        return null;
    }
}
