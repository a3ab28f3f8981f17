package io.weldr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of a certificate that an operator gives. */
final class CertificateOptions implements ResourceOptions {
    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "PEM: the certificate of the hosts, then each time the one that signed it")
    private @Nullable String chain;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM: its private key, without passphrase. Default: the one that is there")
    private @Nullable String key;

    @Override
    public void into(Draft draft) {
        draft.put("chain", chain == null ? null : PemFile.read("--cert", chain));
        draft.put("privateKey", key == null ? null : PemFile.read("--key", key));
    }
}
