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
            description = "With https: a certificate of the listener; may be repeated")
    private @Nullable List<String> certificates;

    @Option(
            names = "--default-cert",
            paramLabel = "NAME",
            description = "One of --cert, for clients that name no server or an unknown one")
    private @Nullable String defaultCertificate;

    @Option(
            names = "--tls-policy",
            paramLabel = "WORD",
            description = "intermediate: TLS 1.2 and 1.3; modern: only TLS 1.3")
    private @Nullable String policy;

    @Option(
            names = "--client-certs",
            paramLabel = "WORD",
            description = "Certificates of clients: none, optional or require")
    private @Nullable String clientCertificates;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "PEM: authorities that sign certificates of clients")
    private @Nullable String clientAuthorities;

    @Option(
            names = "--subject-field",
            paramLabel = "NAME",
            description = "Request field that gives origins the subject of the certificate of the client")
    private @Nullable String subjectField;

    @Option(
            names = "--fingerprint-field",
            paramLabel = "NAME",
            description = "Request field that gives origins the SHA-256 of the certificate of the client")
    private @Nullable String fingerprintField;

    @Option(names = "--http2", description = "Speak HTTP/2: the default with https")
    private boolean http2;

    @Option(names = "--no-http2", description = "Speak only HTTP/1.1: the default with http")
    private boolean noHttp2;

    @Option(
            names = "--redirect-to-https",
            arity = "0..1",
            fallbackValue = "443",
            paramLabel = "PORT",
            description = "With http: redirect every request to https at that port. Default: 443")
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
