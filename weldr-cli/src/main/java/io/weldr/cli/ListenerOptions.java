package io.weldr.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said of a listener. */
final class ListenerOptions implements ResourceOptions {
    @Option(
            names = "--address",
            paramLabel = "IP:PORT",
            description = "The address on every node, such as 0.0.0.0:8443")
    private @Nullable String address;

    @Option(
            names = "--protocol",
            paramLabel = "WORD",
            description = "http, https, tcp or tls-passthrough. Default: http")
    private @Nullable String protocol;

    @Option(names = "--pool", paramLabel = "NAME", description = "With tcp: the pool of the connections")
    private @Nullable String pool;

    @Option(names = "--connections-max", paramLabel = "N", description = "Limit of client connections on one node")
    private @Nullable Integer connectionsMax;

    @Option(names = "--body-max", paramLabel = "BYTES", description = "Longest request body; 0: no limit")
    private @Nullable Long bodyMax;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            description = "Longest time that a client connection may be idle")
    private @Nullable String idleTimeout;

    @Option(
            names = "--trusted-peers",
            split = ",",
            paramLabel = "NET",
            description = "Networks whose X-Forwarded-* fields are trusted; '' for none")
    private @Nullable List<String> trustedPeers;

    @Option(
            names = "--proxy-protocol-from",
            split = ",",
            paramLabel = "NET",
            description = "Networks whose connections must begin with a PROXY protocol header")
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
