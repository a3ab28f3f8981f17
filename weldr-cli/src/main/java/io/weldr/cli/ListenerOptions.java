package io.weldr.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said of a listener. */
final class ListenerOptions implements ResourceOptions {
    @Option(names = "--address", paramLabel = "IP:PORT", description = "Where every node listens, such as 0.0.0.0:8443")
    private @Nullable String address;

    @Option(
            names = "--protocol",
            paramLabel = "WORD",
            description = "What is spoken on its connections: http, https, tcp or tls-passthrough. Default: http")
    private @Nullable String protocol;

    @Option(names = "--pool", paramLabel = "NAME", description = "With tcp: where the bytes go")
    private @Nullable String pool;

    @Option(names = "--connections-max", paramLabel = "N", description = "Client connections of one node")
    private @Nullable Integer connectionsMax;

    @Option(names = "--body-max", paramLabel = "BYTES", description = "Longest request body; 0: no limit")
    private @Nullable Long bodyMax;

    @Option(names = "--idle-timeout", paramLabel = "TIME", description = "How long a client may be silent")
    private @Nullable String idleTimeout;

    @Option(
            names = "--trusted-peers",
            split = ",",
            paramLabel = "NET",
            description = "Networks whose X-Forwarded-* fields are believed; '' for none")
    private @Nullable List<String> trustedPeers;

    @Option(
            names = "--proxy-protocol-from",
            split = ",",
            paramLabel = "NET",
            description = "Networks whose connections have to begin with a PROXY protocol header")
    private @Nullable List<String> proxyProtocol;

    @Mixin
    private ListenerTlsOptions tls = new ListenerTlsOptions();

    @Override
    public void into(Draft draft) {
        draft.put("address", address);
        draft.put("protocol", protocol);
        draft.put("pool", pool);
        draft.put("limits.connectionsMax", connectionsMax);
        draft.put("limits.requestBodyBytesMax", bodyMax);
        draft.putTime("limits.idleTimeout", "--idle-timeout", idleTimeout);
        draft.put("trustedPeers", trustedPeers == null ? null : given(trustedPeers));
        draft.put("proxyProtocol", proxyProtocol == null ? null : given(proxyProtocol));
        tls.into(draft);
    }

    private static List<String> given(List<String> networks) {
        return networks.stream().filter(network -> !network.isEmpty()).toList();
    }
}
