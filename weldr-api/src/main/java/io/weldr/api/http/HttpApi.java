package io.weldr.api.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Backups;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Sessions;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.api.listen.Connections;
import io.weldr.api.listen.LimitedListener;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ApiTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for the admin API over HTTP/1.1. {@link #start} and {@link #close} block for a bounded time; everything else
 * runs on its event loop.
 */
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

    /** What the metrics say of requests to paths that there are not. */
    private static final String NO_ROUTE = "none";

    private static final Duration START_MAX = Duration.ofSeconds(10);

    /** A connection that takes longer for the handshake of TLS is closed. */
    private static final Duration HANDSHAKE_MAX = Duration.ofSeconds(10);

    /** Vert.x shuts its loops down in well under a second; more than this is given up. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final HttpLimits limits;
    private final Metrics metrics;
    private final WaitingBytes waiting;
    private final ApiAccess access;
    private final Authenticator authenticator;
    private final InstantSource clock;
    private final List<Resource> resources = new ArrayList<>();
    private final List<Resource> probes;
    private final Connections connections;
    private final Map<HttpConnection, HeadDeadline> heads = new ConcurrentHashMap<>();
    private final Vertx vertx;
    private volatile boolean guarded; // whether the listener that is being made needs a credential
    private @Nullable HttpServer server;
    private @Nullable HttpServer status;

    /** The server, not bound yet. */
    public HttpApi(
            AdminPorts ports,
            Admin admin,
            Census census,
            LeaderProbes probes,
            Samples samples,
            Doctor doctor,
            Support support,
            Restarts restarts,
            Backups backups,
            WatchHub hub,
            WaitingBytes waiting,
            Authenticator authenticator,
            Sessions sessions,
            ApiAccess access,
            String version,
            HttpLimits limits) {
        this.limits = limits;
        this.waiting = waiting;
        this.access = access;
        this.authenticator = authenticator;
        this.connections = new Connections("the HTTP API", limits.connectionsMax());
        this.clock = ports.clock();
        this.metrics = new Metrics(Stream.concat(
                        Stream.of(new BuildMetrics(version), new PoolMetrics(ports.state())), ports.metrics().stream())
                .toList());
        ServerRoutes servers = new ServerRoutes(admin, ports, census, version);
        resources.addAll(servers.resources());
        resources.addAll(new ResourceRoutes(admin).resources());
        resources.addAll(new V1Routes(admin, ports, probes, samples, servers).resources());
        resources.addAll(new DoctorRoutes(doctor, support).resources());
        resources.addAll(new BackupRoutes(backups).resources());
        resources.addAll(new TokenRoutes(admin.tokens()).resources());
        resources.addAll(new MemberRoutes(ports, census, restarts).resources());
        resources.addAll(new UiRoutes(authenticator, sessions, ports.status(), version).resources());
        this.probes = new ProbeRoutes(ports, metrics).resources();
        resources.addAll(this.probes);
        resources.add(new Resource("/v1/watch")
                .streaming(
                        WatchStream.DESCRIPTION,
                        new WatchStream(hub, authenticator::validity, limits.heartbeatInterval())::begin));
        resources.add(new ApiDocument().resource());
        // One loop is enough: handlers only ask and answer. No files are served, so none are unpacked or watched.
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
        this.vertx = Vertx.builder()
                .with(options)
                .withTransport(new CountedTransport(() -> new LimitedListener(connections, guarded)))
                .build();
    }

    /**
     * Binds, and returns once requests are answered.
     *
     * @param address port 0 takes a free one
     * @throws IOException with one line that names the address and what is wrong with it
     */
    public void start(InetSocketAddress address) throws IOException {
        server = listen(
                "the admin API", address, resources, new Gate(address, access, authenticator, connections, clock));
    }

    /** The same for an address on which everybody may ask how the node is, and nothing else. */
    public void startStatus(InetSocketAddress address) throws IOException {
        status = listen("status-address", address, probes, Gate.forStatus(authenticator, connections, clock));
    }

    private HttpServer listen(String what, InetSocketAddress address, List<Resource> served, Gate gate)
            throws IOException {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(
                        address.getAddress() == null
                                ? address.getHostString()
                                : address.getAddress().getHostAddress())
                .setPort(address.getPort())
                .setSslHandshakeTimeout(HANDSHAKE_MAX.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxInitialLineLength(limits.requestLineBytesMax())
                .setMaxHeaderSize(limits.headerBytesMax())
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setIdleTimeout((int) limits.idleTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        ApiTls tls = gate.tls();
        if (tls != null) {
            options.setSsl(true)
                    .setUseAlpn(false)
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                    .setClientAuth(ClientAuth.REQUEST)
                    .setKeyCertOptions(KeyCertOptions.wrap(tls.keys()))
                    .setTrustOptions(TrustOptions.wrap(tls.trust()));
        }
        guarded = gate.guarded();
        Router router = router(served, gate);
        HttpServer starting = vertx.createHttpServer(options)
                .requestHandler(request -> request(request, router, gate))
                .invalidRequestHandler(this::invalid)
                .connectionHandler(this::connected);
        try {
            return starting.listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException(
                    "cannot listen for " + what + " on " + HostPort.text(address.getHostString(), address.getPort())
                            + ": " + reason(e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException(
                    "interrupted while binding " + HostPort.text(address.getHostString(), address.getPort()), e);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** The port that it is bound to. */
    public int port() {
        HttpServer bound = server;
        if (bound == null) {
            throw new IllegalStateException("not started");
        }
        return bound.actualPort();
    }

    /**
     * The path of every resource but those for everybody. A colon begins the name of a part that may be anything.
     */
    public List<String> paths() {
        return resources.stream()
                .filter(resource -> !resource.isOpen())
                .map(Resource::path)
                .toList();
    }

    /** What {@code /metrics} shows now. Any thread. */
    public String metrics() {
        return metrics.scrape(List.of()).text();
    }

    /** Every operation, as the OpenAPI document tells it. Files of the dashboard are left out. */
    List<Resource.Described> described() {
        return resources.stream()
                .flatMap(resource -> resource.described().stream())
                .toList();
    }

    /** The port of status-address. */
    public int statusPort() {
        HttpServer bound = status;
        if (bound == null) {
            throw new IllegalStateException("not started");
        }
        return bound.actualPort();
    }

    private void request(HttpServerRequest request, Router router, Gate gate) {
        HeadDeadline head = heads.get(request.connection());
        if (head != null) {
            head.stop();
            request.response().endHandler(answered -> head.start());
        }
        String path = request.path();
        if (path == null || !path.startsWith("/")) {
            Problem problem = refusal(request, gate);
            problem = problem != null
                    ? problem
                    : Problem.of(
                            ProblemType.BAD_REQUEST,
                            "request target " + Check.quote(String.valueOf(request.uri())),
                            "a path that starts with /");
            Exchange.sendAndClose(vertx, request, Answer.of(problem));
            return;
        }
        router.handle(request);
    }

    /** Why a request is not let in that no exchange begins for; null: it would be. */
    private static @Nullable Problem refusal(HttpServerRequest request, Gate gate) {
        try {
            gate.admit(request);
            return null;
        } catch (ProblemException e) {
            gate.audit(request, null, e.problem().type().httpStatus());
            return e.problem();
        }
    }

    private Router router(List<Resource> served, Gate gate) {
        Router router = Router.router(vertx);
        for (Resource resource : served) {
            router.route(resource.path())
                    .handler(context ->
                            admitted(context, resource, gate, exchange -> serve(exchange, context, resource)));
        }
        router.route()
                .handler(context -> admitted(
                        context,
                        NO_ROUTE,
                        gate,
                        exchange -> exchange.refuse(Problem.of(
                                ProblemType.NO_SUCH_RESOURCE,
                                "path " + Check.quote(context.normalizedPath()),
                                "a path that / links to"))));
        // What the router itself refuses, such as a path that is not valid.
        router.errorHandler(
                400,
                context -> admitted(
                        context,
                        NO_ROUTE,
                        gate,
                        exchange -> exchange.refuse(Problem.of(
                                ProblemType.BAD_REQUEST,
                                "path " + Check.quote(context.request().uri()),
                                "a path as RFC 3986 has it"))));
        router.errorHandler(
                500,
                context -> admitted(context, NO_ROUTE, gate, exchange -> {
                    Throwable failure = context.failure();
                    exchange.fail(failure == null ? new IllegalStateException("no cause") : failure);
                }));
        return router;
    }

    private void admitted(RoutingContext context, Resource resource, Gate gate, Consumer<Exchange> then) {
        if (resource.isOpen()) {
            Exchange exchange = new Exchange(vertx, context, resource.path(), metrics, limits, waiting, gate);
            exchange.open();
            then.accept(exchange);
        } else {
            admitted(context, resource.path(), gate, then);
        }
    }

    /** Nothing of an answer depends on what there is before it is known who asks. */
    private void admitted(RoutingContext context, String route, Gate gate, Consumer<Exchange> then) {
        Exchange exchange = new Exchange(vertx, context, route, metrics, limits, waiting, gate);
        if (exchange.admitted()) {
            then.accept(exchange);
        }
    }

    private static void serve(Exchange exchange, RoutingContext context, Resource resource) {
        HttpMethod method = context.request().method();
        if (method.equals(HttpMethod.OPTIONS) && resource.operation(method) == null) {
            exchange.answer(Answer.empty(204).with("Allow", resource.allow()));
            return;
        }
        if (method.equals(HttpMethod.GET) && resource.stream() != null) {
            exchange.stream(resource.stream());
            return;
        }
        Resource.Operation operation = resource.operation(method);
        if (operation == null) {
            Problem problem =
                    Problem.of(ProblemType.METHOD_NOT_ALLOWED, "method " + method.name(), "one of " + resource.allow());
            exchange.answer(Answer.of(problem).with("Allow", resource.allow()));
            return;
        }
        exchange.serve(operation);
    }

    private void connected(HttpConnection connection) {
        ChannelHandlerContext handler = ((HttpServerConnection) connection).channelHandlerContext();
        handler.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        handler.pipeline().addBefore(handler.name(), null, new HalfClose());
        HeadDeadline head = new HeadDeadline(vertx, connection, limits.idleTimeout());
        heads.put(connection, head);
        connection.closeHandler(closed -> {
            heads.remove(connection);
            head.stop();
        });
        head.start();
    }

    /** What Netty could not read as a request (RFC 9112 section 2.2): answered, then closed. */
    private void invalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        ProblemType type = cause instanceof TooLongHttpLineException
                ? ProblemType.URI_TOO_LONG
                : cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException
                        ? ProblemType.HEADERS_TOO_LARGE
                        : ProblemType.BAD_REQUEST;
        String expected = switch (type) {
            case URI_TOO_LONG -> "at most " + limits.requestLineBytesMax() + " bytes";
            case HEADERS_TOO_LARGE -> "at most " + limits.headerBytesMax() + " bytes";
            default -> "a request in the form of RFC 9112";
        };
        Problem problem = Problem.of(
                type, Check.quote(cause == null ? "no HTTP request" : String.valueOf(cause.getMessage())), expected);
        Exchange.sendAndClose(vertx, request, Answer.of(problem));
    }

    /** Stops listening, closes every connection, ends its threads; returns after at most 5 s. */
    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the HTTP API did not close cleanly: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            metrics.close();
        }
    }
}
