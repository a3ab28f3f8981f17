package io.weldr.testserver;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The program {@code weldr-testserver}. Prints one line when it listens and runs until it is told to stop. Exit codes:
 * 0 after SIGTERM or SIGINT, 1 if it cannot listen, 2 if the command line is wrong.
 */
@Command(
        name = "weldr-testserver",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "An origin to try things with. GET /routes lists what it can do.")
public final class Main implements Callable<Integer> {
    static final int EXIT_CANNOT_LISTEN = 1;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:12345",
            converter = AddressConverter.class,
            description = "Where to listen (default: ${DEFAULT-VALUE}). Port 0 takes a free one.")
    private @Nullable InetSocketAddress address;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "",
            description = "What X-Origin says (default: the address).")
    private String name = "";

    @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "Event loops (default: 2).")
    private int threads = 2;

    @Option(names = "--tls-certificate", paramLabel = "PEM", description = "Makes it an https origin.")
    private @Nullable File certificate;

    @Option(names = "--tls-key", paramLabel = "PEM", description = "The private key of the certificate (PKCS#8).")
    private @Nullable File key;

    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new Main(out, err))
                .setOut(new java.io.PrintWriter(out, true, java.nio.charset.StandardCharsets.UTF_8))
                .setErr(new java.io.PrintWriter(err, true, java.nio.charset.StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, given) -> {
                    err.println("weldr-testserver: " + problem.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (address == null || threads < 1 || (certificate == null) != (key == null)) {
            err.println(
                    threads < 1
                            ? "weldr-testserver: --threads: " + threads + " (expected: 1 or more)"
                            : "weldr-testserver: --tls-certificate and --tls-key go together (found: one of them)");
            return CommandLine.ExitCode.USAGE;
        }
        TestServer server;
        try {
            server = TestServer.start(new TestServer.Options(address, name, threads, tls()));
        } catch (UncheckedIOException | IllegalArgumentException problem) {
            Throwable cause = problem.getCause();
            err.println("weldr-testserver: " + (cause == null ? problem.getMessage() : cause.getMessage()));
            return EXIT_CANNOT_LISTEN;
        }
        // The virtual machine would say 143 after SIGTERM. To be asked to stop, and to stop, is success.
        Thread stop = new Thread(
                () -> {
                    server.close();
                    Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        out.println("weldr-testserver " + server.name() + " listening on " + server.url());
        server.awaitClosed();
        return CommandLine.ExitCode.OK;
    }

    private @Nullable SslContext tls() {
        if (certificate == null || key == null) {
            return null;
        }
        try {
            return SslContextBuilder.forServer(certificate, key).build();
        } catch (javax.net.ssl.SSLException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final class AddressConverter implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String value) {
            int colon = value.lastIndexOf(':');
            String host = colon < 0 ? "" : value.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            if (host.isEmpty() || (host.contains(":") && !bracketed)) {
                throw new TypeConversionException(value + " (expected: HOST:PORT or [IPV6]:PORT)");
            }
            try {
                int port = Integer.parseInt(value.substring(colon + 1));
                if (port < 0 || port > 65_535) {
                    throw new TypeConversionException(value + " (expected: a port from 0 to 65535)");
                }
                return new InetSocketAddress(InetAddress.getByName(host), port);
            } catch (NumberFormatException e) {
                throw new TypeConversionException(value + " (expected: a port from 0 to 65535)");
            } catch (UnknownHostException e) {
                throw new TypeConversionException(value + " (expected: a host that can be resolved)");
            }
        }
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"weldr-testserver " + (version == null ? "(built from sources)" : version)};
        }
    }
}
