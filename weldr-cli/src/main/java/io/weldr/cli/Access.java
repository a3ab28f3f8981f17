package io.weldr.cli;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes a command asks, and what it shows them. TLS is spoken with nodes beyond loopback as soon as there is
 * something to show or to check: a token never leaves this machine in the clear.
 *
 * @param tokenFile holds a token; null: none is shown
 * @param caFile authorities of the certificates of nodes, PEM; null: those of the Java platform, or the secret
 * @param secretFile the secret of the cluster, by which weldrctl makes itself a certificate; null: none
 * @param identity the files of a client certificate; null: none is shown
 * @param tls whether TLS is spoken on loopback, too
 * @param reason why changes are made; null: nothing is said
 */
record Access(
        List<Endpoint> endpoints,
        @Nullable String tokenFile,
        @Nullable String caFile,
        @Nullable String secretFile,
        @Nullable Identity identity,
        boolean tls,
        @Nullable String reason) {
    private static final int TOKEN_BYTES_MAX = 4096;
    private static final int REASON_CHARS_MAX = 256;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> REASON =
            Metadata.Key.of("weldr-reason-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** The files of a client certificate and of its key, PEM. */
    record Identity(String certFile, String keyFile) {
        /** Null: there is neither. */
        static @Nullable Identity of(@Nullable String certFile, @Nullable String keyFile) {
            if (certFile == null && keyFile == null) {
                return null;
            }
            if (certFile == null || keyFile == null) {
                throw new CliException(
                        ExitCode.USAGE,
                        (certFile == null ? "--key-file without --cert-file" : "--cert-file without --key-file")
                                + " (expected: both or neither)");
            }
            return new Identity(certFile, keyFile);
        }
    }

    Access {
        if (secretFile != null && identity != null) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--secret-file and --cert-file (expected: one of them, for one client certificate)");
        }
        endpoints = List.copyOf(endpoints);
        if (reason != null
                && (reason.isBlank()
                        || reason.length() > REASON_CHARS_MAX
                        || reason.chars().anyMatch(Character::isISOControl))) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--reason: " + reason.length() + " characters (expected: one line of 1 to " + REASON_CHARS_MAX
                            + ")");
        }
    }

    /** Without anything to show. */
    static Access to(List<Endpoint> endpoints) {
        return new Access(endpoints, null, null, null, null, false, null);
    }

    /** What goes with each call. */
    ClientInterceptor fields() {
        Metadata fields = new Metadata();
        if (tokenFile != null) {
            fields.put(AUTHORIZATION, "Bearer " + token(tokenFile));
        }
        if (reason != null) {
            fields.put(REASON, reason.getBytes(StandardCharsets.UTF_8));
        }
        return MetadataUtils.newAttachHeadersInterceptor(fields);
    }

    private static String token(String name) {
        byte[] bytes;
        try (var from = Files.newInputStream(Path.of(name))) {
            bytes = from.readNBytes(TOKEN_BYTES_MAX);
        } catch (NoSuchFileException e) {
            throw bad("--token-file", name, "no such file");
        } catch (AccessDeniedException e) {
            throw bad("--token-file", name, "permission denied");
        } catch (IOException | InvalidPathException e) {
            throw bad("--token-file", name, "cannot be read: " + e.getMessage());
        }
        String token = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        if (!token.matches("weldr_[0-9A-Za-z]+")) { // nothing of it is shown
            throw bad("--token-file", name, "holds no token (expected: a line that begins with weldr_)");
        }
        return token;
    }

    /** What TLS with that node is spoken by; null: none is spoken. */
    @Nullable SslContext tls(Endpoint endpoint) {
        boolean shows = tokenFile != null || caFile != null || secretFile != null || identity != null;
        if (!tls && (!shows || endpoint.isLoopback())) {
            return null;
        }
        return ClientTls.context(caFile, secretFile, identity);
    }

    static CliException bad(String option, String name, String line) {
        return new CliException(ExitCode.USAGE, option + " " + Output.printable(name) + ": " + Output.printable(line));
    }
}
