package io.weldr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is spoken to the origins of a pool, and how https origins are spoken to. */
final class PoolTlsOptions implements ResourceOptions {
    @Option(
            names = "--protocol",
            paramLabel = "WORD",
            description = "Protocol to origins: http1, h2, or auto: h2 if an https origin chooses it")
    private @Nullable String protocol;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "PEM: authorities of https origins. Default: those of the Java platform")
    private @Nullable String authorities;

    @Option(
            names = "--tls-server-name",
            paramLabel = "HOST",
            description =
                    "That https origins are asked for and have to be certified for. Default: the host of each URL")
    private @Nullable String serverName;

    @Option(
            names = "--tls-client-cert",
            paramLabel = "NAME",
            description = "The client certificate for https origins that ask for one")
    private @Nullable String clientCertificate;

    @Option(
            names = "--tls-insecure-skip-verify",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Insecure: accept any certificate of https origins")
    private @Nullable Boolean insecureSkipVerify;

    @Override
    public void into(Draft draft) {
        draft.put("protocol", protocol);
        draft.put("tls.authorities", authorities == null ? null : PemFile.read("--tls-ca", authorities));
        draft.put("tls.serverName", serverName);
        draft.put("tls.clientCertificate", clientCertificate);
        draft.put("tls.insecureSkipVerify", insecureSkipVerify);
    }
}
