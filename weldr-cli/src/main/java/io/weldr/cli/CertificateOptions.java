package io.weldr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of a certificate that an operator gives. */
final class CertificateOptions implements ResourceOptions {
    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "PEM: the certificate of the hosts, then the chain, each signed by the next")
    private @Nullable String chain;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM: the private key, without passphrase. Default: unchanged")
    private @Nullable String key;

    @Override
    public void into(Draft draft) {
        draft.put("chain", chain == null ? null : PemFile.read("--cert", chain));
        draft.put("privateKey", key == null ? null : PemFile.read("--key", key));
    }
}
