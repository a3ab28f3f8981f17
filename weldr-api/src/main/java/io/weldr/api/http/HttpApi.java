package io.weldr.api.http;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.pool.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for the admin API over HTTP/1.1. {@link #start} and {@link #close} block for a bounded time; everything else runs on its event loop. */
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

    private static final Duration START_MAX = Duration.ofSeconds(10);

    /** Vert.x shuts its loops down in well under a second; more than this is given up. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final HttpLimits limits;
    private final Metrics metrics;
    private final List<Resource> resources = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<HttpConnection, HeadDeadline> heads = new ConcurrentHashMap<>();
    private final Vertx vertx;
    private final Router router;
    private @Nullable HttpServer server;

    public HttpApi(
            AdminPorts ports,
            Admin admin,
            Census census,
            LeaderProbes probes,
            WatchHub hub,
            String version,
            HttpLimits limits) {
        this.limits = limits;
        this.metrics = new Metrics(Stream.concat(Stream.of(new PoolMetrics(ports.state())), ports.metrics().stream())
                .toList());
        ServerRoutes servers = new ServerRoutes(admin, ports, census, version);
        resources.addAll(servers.resources());
        resources.addAll(new ResourceRoutes(admin).resources());
        resources.addAll(new V1Routes(admin, ports, probes, servers).resources());
        resources.addAll(new MemberRoutes(ports, census).resources());
        resources.addAll(new ProbeRoutes(ports, metrics).resources());
        resources.add(new Resource("/v1/watch").streaming(new WatchStream(hub, limits.heartbeatInterval())::begin));
        // One loop is enough: handlers only ask and answer. No files are served, so none are unpacked or watched.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        this.router = router();
    }

    /**
     * Binds, and returns once requests are answered.
     *
     * @param address port 0 takes a free one
     * @throws IOException with one line that names the address and what is wrong with it
     */
    public void start(InetSocketAddress address) throws IOException {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(
                        address.getAddress() == null
                                ? address.getHostString()
                                : address.getAddress().getHostAddress())
                .setPort(address.getPort())
                .setMaxInitialLineLength(limits.requestLineBytesMax())
                .setMaxHeaderSize(limits.headerBytesMax())
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                .setCompressionSupported(false)
                .setIdleTimeout((int) limits.idleTimeout().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        HttpServer starting = vertx.createHttpServer(options)
                .requestHandler(this::request)
                .invalidRequestHandler(this::invalid)
                .connectionHandler(this::connected);
        try {
            server = starting.listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException(
                    "cannot listen for the admin API on " + HostPort.text(address.getHostString(), address.getPort())
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

    private void request(HttpServerRequest request) {
        HeadDeadline head = heads.get(request.connection());
        if (head != null) {
            head.stop();
            request.response().endHandler(answered -> head.start());
        }
        String path = request.path();
        if (path == null || !path.startsWith("/")) {
            Problem problem = Problem.of(
                    ProblemType.BAD_REQUEST,
                    "request target " + Check.quote(String.valueOf(request.uri())),
                    "a path that starts with /");
            Exchange.sendAndClose(vertx, request, Answer.of(problem));
            return;
        }
        router.handle(request);
    }

    private Router router() {
        Router router = Router.router(vertx);
        for (Resource resource : resources) {
            router.route(resource.path()).handler(context -> serve(context, resource));
        }
        router.route().handler(context -> {
            Problem problem = Problem.of(
                    ProblemType.NO_SUCH_RESOURCE,
                    "path " + Check.quote(context.normalizedPath()),
                    "a path that / links to");
            new Exchange(vertx, context, "none", metrics, limits).refuse(problem);
        });
        // What the router itself refuses, such as a path that is not valid.
        router.errorHandler(
                400,
                context -> new Exchange(vertx, context, "none", metrics, limits)
                        .refuse(Problem.of(
                                ProblemType.BAD_REQUEST,
                                "path " + Check.quote(context.request().uri()),
                                "a path as RFC 3986 has it")));
        router.errorHandler(500, context -> {
            Throwable failure = context.failure();
            new Exchange(vertx, context, "none", metrics, limits)
                    .fail(failure == null ? new IllegalStateException("no cause") : failure);
        });
        return router;
    }

    private void serve(RoutingContext context, Resource resource) {
        Exchange exchange = new Exchange(vertx, context, resource.path(), metrics, limits);
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
        if (connections.incrementAndGet() > limits.connectionsMax()) {
            LOG.warn(
                    "closed a connection from {}: {} are open already",
                    connection.remoteAddress(),
                    limits.connectionsMax());
            connections.decrementAndGet();
            connection.close();
            return;
        }
        HeadDeadline head = new HeadDeadline(vertx, connection, limits.idleTimeout());
        heads.put(connection, head);
        connection.closeHandler(closed -> {
            connections.decrementAndGet();
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
            default -> "a request as RFC 9112 has it";
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
