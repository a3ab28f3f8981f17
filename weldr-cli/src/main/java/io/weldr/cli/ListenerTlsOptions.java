package io.weldr.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of the TLS and the HTTP/2 of a listener. */
final class ListenerTlsOptions implements ResourceOptions {
    @Option(
            names = "--cert",
            split = ",",
            paramLabel = "NAME",
            description = "With https: a certificate that is presented to clients that ask for one of its hosts; may"
                    + " be repeated")
    private @Nullable List<String> certificates;

    @Option(
            names = "--default-cert",
            paramLabel = "NAME",
            description = "One of --cert, presented to clients that ask for no host or for another one")
    private @Nullable String defaultCertificate;

    @Option(
            names = "--tls-policy",
            paramLabel = "WORD",
            description = "intermediate: TLS 1.2 and 1.3; modern: TLS 1.3 alone")
    private @Nullable String policy;

    @Option(
            names = "--client-certs",
            paramLabel = "WORD",
            description = "Whether clients show certificates: none, optional or require")
    private @Nullable String clientCertificates;

    @Option(names = "--client-ca", paramLabel = "FILE", description = "PEM: who may vouch for certificates of clients")
    private @Nullable String clientAuthorities;

    @Option(
            names = "--subject-field",
            paramLabel = "NAME",
            description = "Request field in which origins read the subject of the client's certificate")
    private @Nullable String subjectField;

    @Option(
            names = "--fingerprint-field",
            paramLabel = "NAME",
            description = "Request field in which origins read the SHA-256 of the client's certificate")
    private @Nullable String fingerprintField;

    @Option(names = "--http2", description = "Speak HTTP/2: with https that is the default")
    private boolean http2;

    @Option(names = "--no-http2", description = "Speak HTTP/1.1 alone: with http that is the default")
    private boolean noHttp2;

    @Option(
            names = "--redirect-to-https",
            arity = "0..1",
            fallbackValue = "443",
            paramLabel = "PORT",
            description = "With http: answer every request with a redirect to https at that port. Default: 443")
    private @Nullable Integer redirectPort;

    @Override
    public void into(Draft draft) {
        if (http2 && noHttp2) {
            throw new CliException(ExitCode.USAGE, "--http2 with --no-http2 (expected: one of them)");
        }
        draft.put("tls.certificates", certificates);
        draft.put("tls.defaultCertificate", defaultCertificate);
        draft.put("tls.policy", policy);
        draft.put("tls.clientCertificates", clientCertificates);
        draft.put(
                "tls.clientAuthorities",
                clientAuthorities == null ? null : PemFile.read("--client-ca", clientAuthorities));
        draft.put("tls.subjectField", subjectField);
        draft.put("tls.fingerprintField", fingerprintField);
        draft.put("http2", (http2 || noHttp2) ? http2 : null);
        draft.put("redirectPort", redirectPort);
    }
}
