package io.weldr.cli;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.trust.ClusterSecret;
import io.weldr.trust.FileClient;
import io.weldr.trust.SecretClient;
import io.weldr.trust.SecretException;
import io.weldr.trust.SecretFile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS with nodes. A command that speaks none does not load this. */
final class ClientTls {
    private static final String NAME_UNKNOWN = "unknown";
    private static final int NAME_CHARS_MAX = 64;

    private ClientTls() {}

    /**
     * By the secret, if there is one: both sides prove that they have it. With a file of authorities, or without the
     * secret, the node has a certificate of one of the authorities, for the name or the address that it is called by.
     */
    static SslContext context(
            @Nullable String caFile, @Nullable String secretFile, Access.@Nullable Identity identity) {
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (secretFile != null) {
                SecretClient client =
                        SecretClient.of(secret(secretFile), userName(), InstantSource.system(), new SecureRandom());
                builder.keyManager(client.keys());
                if (caFile == null) {
                    return builder.trustManager(client.trust()).build();
                }
            }
            if (identity != null) {
                builder.keyManager(keys(identity));
            }
            return caFile == null
                    ? builder.build()
                    : builder.trustManager(new ByteArrayInputStream(
                                    PemFile.read("--ca-file", caFile).getBytes(StandardCharsets.ISO_8859_1)))
                            .build();
        } catch (SSLException e) {
            throw new CliException(ExitCode.REFUSED, "TLS: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw Access.bad("--ca-file", String.valueOf(caFile), "no certificates (expected: PEM)");
        }
    }

    private static KeyManager keys(Access.Identity identity) {
        try {
            return FileClient.keys(Path.of(identity.certFile()), Path.of(identity.keyFile()));
        } catch (SecretException e) {
            throw new CliException(ExitCode.USAGE, Output.printable("--cert-file, --key-file: " + e.getMessage()));
        }
    }

    static ClusterSecret secret(String file) {
        try {
            return SecretFile.read(Path.of(file));
        } catch (SecretException e) {
            throw new CliException(ExitCode.USAGE, "--secret-file: " + e.getMessage());
        }
    }

    /** Who made the certificate, for the history: the user of this machine. */
    private static String userName() {
        String user = System.getProperty("user.name", NAME_UNKNOWN).replaceAll("[^A-Za-z0-9._-]", "_");
        return user.isEmpty() ? NAME_UNKNOWN : user.substring(0, Math.min(user.length(), NAME_CHARS_MAX));
    }
}
