package io.weldr.proxy;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.tls.TlsCause;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http2.ErrorCode;
import io.weldr.proxy.http2.Http2Limit;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.stats.Http2Stats;
import io.weldr.proxy.stats.Latencies;
import io.weldr.proxy.stats.OriginStats;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.tls.HandshakeFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Merges what the workers have counted into measurements. */
final class MetricReport {

    private final List<Measurement> all = new ArrayList<>();
    private final List<WorkerStats> workers;

    private MetricReport(List<WorkerStats> workers) {
        this.workers = workers;
    }

    static List<Measurement> of(
            List<Worker> workers,
            HttpReport http,
            Collection<Port> ports,
            ConnectionLimit connections,
            ServingPools pools,
            @Nullable AccessLog accessLog) {
        MetricReport report =
                new MetricReport(workers.stream().map(Worker::stats).toList());
        report.exchanges();
        report.connections();
        report.http2();
        report.handshakes();
        report.listeners(ports);
        report.times();
        report.gauge(
                "proxy_held_bytes",
                "Bytes that buffers hold while they wait for a peer.",
                workers.stream().mapToLong(Worker::heldBytes).sum());
        report.counter(
                "proxy_accept_pauses",
                "Times that no connections were accepted for want of memory.",
                connections.pauses());
        report.all.addAll(
                http.requests(report.workers.stream().map(stats -> stats.http).toList()));
        report.origins(workers, http, pools);
        report.counter(
                "proxy_ejections", "Times that this node stopped using an origin for failing.", pools.ejections());
        report.counter(
                "proxy_faults", "Connections ended by an error of weldr, or for want of memory.", Faults.count());
        if (accessLog != null) {
            report.counter("proxy_access_log_lines", "Lines written to the access log.", accessLog.written());
            report.counter(
                    "proxy_access_log_dropped",
                    "Lines lost because the log was too slow or could not be written.",
                    accessLog.dropped());
        }
        return List.copyOf(report.all);
    }

    private void exchanges() {
        String help = "Exchanges by how they ended for the client.";
        all.add(new Counter("proxy_exchanges", help, Map.of("result", "success"), sum(stats -> stats.succeeded)));
        all.add(new Counter("proxy_exchanges", help, Map.of("result", "failed"), sum(stats -> stats.failed)));
        for (Failure cause : Failure.values()) {
            Map<String, String> labels = Map.of(
                    "cause",
                    cause.cause(),
                    "phase",
                    cause.stage().name().toLowerCase(Locale.ROOT),
                    "side",
                    cause.side().name().toLowerCase(Locale.ROOT));
            all.add(new Counter(
                    "proxy_failures", "Exchanges that failed, by their cause.", labels, sum(s -> s.causes(cause))));
        }
        counter("proxy_requests_refused", "Requests refused as malformed or too large.", sum(s -> s.requestsRefused));
        counter("proxy_retries", "Attempts beyond the first.", sum(stats -> stats.retries));
        counter("proxy_tunnels", "Protocol switches (WebSocket and others).", sum(stats -> stats.tunnels));
        counter("proxy_to_clients_bytes", "Bytes passed to clients.", sum(stats -> stats.bytesToClients));
        counter("proxy_to_origins_bytes", "Bytes passed to origins.", sum(stats -> stats.bytesToOrigins));
        gauge("proxy_exchanges_open", "Exchanges under way.", sum(stats -> stats.exchangesOpen));
    }

    private void connections() {
        counter("proxy_connections", "Client connections accepted.", sum(stats -> stats.connectionsAccepted));
        counter("proxy_connections_refused", "Client connections turned away.", sum(s -> s.connectionsRefused));
        counter(
                "proxy_connections_shed",
                "Client connections cut because they held the most bytes when there was no more room.",
                sum(stats -> stats.connectionsShed));
        gauge("proxy_connections_open", "Client connections that stand.", sum(stats -> stats.connectionsOpen));
    }

    private void http2() {
        http2("proxy_http2", " of clients", "client", stats -> stats.http2);
        http2("proxy_origins_http2", " to origins", "origin", stats -> stats.http2Origins);
        counter(
                "proxy_origins_http2_goaways_received",
                "HTTP/2 connections that an origin has asked to leave.",
                sum(s -> s.http2Origins.goAwaysReceived));
    }

    private void http2(String prefix, String whose, String peer, Function<WorkerStats, Http2Stats> of) {
        counter(prefix + "_connections", "HTTP/2 connections" + whose + ".", sum(s -> of.apply(s).connections));
        gauge(
                prefix + "_connections_open",
                "HTTP/2 connections" + whose + " that stand.",
                sum(s -> of.apply(s).connectionsOpen));
        counter(prefix + "_streams", "HTTP/2 streams" + whose + " that began.", sum(s -> of.apply(s).streams));
        gauge(prefix + "_streams_open", "HTTP/2 streams" + whose + " under way.", sum(s -> of.apply(s).streamsOpen));
        String resets = "HTTP/2 streams" + whose + " that were reset, and by whom.";
        all.add(new Counter(prefix + "_resets", resets, Map.of("by", peer), sum(s -> of.apply(s).resetsReceived)));
        all.add(new Counter(prefix + "_resets", resets, Map.of("by", "weldr"), sum(s -> of.apply(s).resetsSent)));
        for (ErrorCode code : ErrorCode.values()) {
            all.add(new Counter(
                    prefix + "_goaways",
                    "GOAWAY frames sent on connections" + whose + ", by their code.",
                    Map.of("code", code.label()),
                    sum(s -> of.apply(s).goAways(code))));
        }
        for (Http2Limit limit : Http2Limit.values()) {
            all.add(new Counter(
                    prefix + "_limits",
                    "Times that a limit of HTTP/2 was exceeded on connections" + whose + ".",
                    Map.of("limit", limit.label()),
                    sum(s -> of.apply(s).limits(limit))));
        }
    }

    private void handshakes() {
        String help = "Handshakes of TLS with clients.";
        for (WorkerStats.Agreed how : WorkerStats.Agreed.values()) {
            Map<String, String> labels = Map.of("version", how.version(), "resumed", String.valueOf(how.resumed()));
            all.add(new Counter("proxy_tls_handshakes", help, labels, sum(stats -> stats.handshakes(how))));
        }
        for (HandshakeFailure cause : HandshakeFailure.values()) {
            all.add(new Counter(
                    "proxy_tls_handshake_failures",
                    "Handshakes of TLS with clients that did not come about, by their cause.",
                    Map.of("cause", cause.cause()),
                    sum(stats -> stats.handshakeFailures(cause))));
        }
        gauge("proxy_tls_handshakes_open", "Handshakes under way.", sum(stats -> stats.handshakesOpen));
    }

    private void listeners(Collection<Port> ports) {
        Map<ListenerName, List<Port>> byName = new TreeMap<>(); // one that moves has an old address and a new one
        ports.forEach(port ->
                byName.computeIfAbsent(port.name(), name -> new ArrayList<>()).add(port));
        byName.forEach((name, all) -> {
            Map<String, String> listener = Map.of("listener", name.value());
            boolean bound = all.stream().anyMatch(port -> port.state() == ListenerCondition.State.BOUND);
            this.all.add(
                    new Gauge("proxy_listener_bound", "1 while this node listens for it.", listener, bound ? 1 : 0));
            this.all.add(new Gauge(
                    "proxy_listener_connections_open",
                    "Client connections that stand.",
                    listener,
                    all.stream().mapToLong(Port::connectionsOpen).sum()));
            this.all.add(new Counter(
                    "proxy_listener_accepted",
                    "Client connections accepted.",
                    listener,
                    all.stream().mapToLong(Port::accepted).sum()));
            this.all.add(new Counter(
                    "proxy_proxy_protocol_refused",
                    "Connections closed because they did not begin with a PROXY protocol header.",
                    listener,
                    all.stream().mapToLong(Port::withoutProxyHeader).sum()));
        });
    }

    private void times() {
        histogram("proxy_connect_seconds", "Time to a new connection to an origin.", stats -> stats.connect);
        histogram("proxy_first_byte_seconds", "Time to the head of the response.", stats -> stats.firstByte);
        histogram("proxy_exchange_seconds", "Time of whole exchanges.", stats -> stats.total);
    }

    private void origins(List<Worker> loops, HttpReport http, ServingPools pools) {
        Map<PoolName, Map<OriginId, List<OriginStats>>> byPool = new TreeMap<>();
        for (Worker worker : loops) {
            worker.pools()
                    .forEach(pool -> worker.originStats(pool)
                            .forEach((id, stats) -> byPool.computeIfAbsent(pool, unknown -> new TreeMap<>())
                                    .computeIfAbsent(id, unknown -> new ArrayList<>())
                                    .add(stats)));
        }
        http.present(byPool).forEach((pool, byOrigin) -> {
            Set<OriginId> ejected = pools.ejected(pool);
            byOrigin.forEach((id, stats) -> origin(pool, id, stats, ejected.contains(id)));
        });
        all.addAll(http.origins(byPool));
    }

    private void origin(PoolName pool, OriginId id, List<OriginStats> stats, boolean ejected) {
        Map<String, String> origin = Map.of("pool", pool.value(), "origin", id.value());
        String attempts = "Attempts at an origin by how they ended.";
        all.add(new Counter(
                "proxy_origin_attempts", attempts, labels(pool, id, "success"), total(stats, each -> each.succeeded)));
        all.add(new Counter(
                "proxy_origin_attempts", attempts, labels(pool, id, "failed"), total(stats, each -> each.failed)));
        all.add(new Counter(
                "proxy_origin_connects", "Connections opened to it.", origin, total(stats, each -> each.connects)));
        all.add(new Counter(
                "proxy_origin_connect_failures",
                "Connections that did not come about.",
                origin,
                total(stats, each -> each.connectFailures)));
        all.add(new Counter(
                "proxy_origin_reuses", "Requests on a reused connection.", origin, total(stats, each -> each.reuses)));
        all.add(new Gauge(
                "proxy_origin_connections_open", "Connections that stand.", origin, total(stats, each -> each.open)));
        all.add(new Gauge(
                "proxy_origin_in_flight",
                "Exchanges that hold a connection to it, or wait for one.",
                origin,
                total(stats, each -> each.inFlight)));
        all.add(new Gauge(
                "proxy_origin_queued", "Requests waiting for a connection.", origin, total(stats, s -> s.queued)));
        tlsFailures(pool, id, stats);
        all.add(new Gauge("proxy_origin_ejected", "1 while this node does not use it.", origin, ejected ? 1 : 0));
    }

    private void tlsFailures(PoolName pool, OriginId id, List<OriginStats> stats) {
        Map<TlsCause, Long> failures = new EnumMap<>(TlsCause.class);
        for (OriginStats each : stats) {
            each.tlsFailures().forEach((cause, count) -> failures.merge(cause, count.get(), Long::sum));
        }
        failures.forEach((cause, count) -> all.add(new Counter(
                "proxy_origin_tls_failures",
                "Handshakes with an https origin that failed.",
                Map.of("pool", pool.value(), "origin", id.value(), "cause", cause.label()),
                (double) count)));
    }

    private static Map<String, String> labels(PoolName pool, OriginId id, String result) {
        return Map.of("pool", pool.value(), "origin", id.value(), "result", result);
    }

    private static long total(List<OriginStats> stats, Function<OriginStats, io.weldr.proxy.stats.Counter> which) {
        return stats.stream().mapToLong(each -> which.apply(each).get()).sum();
    }

    private long sum(Function<WorkerStats, io.weldr.proxy.stats.Counter> which) {
        return workers.stream().mapToLong(stats -> which.apply(stats).get()).sum();
    }

    private void counter(String name, String help, long value) {
        all.add(new Counter(name, help, Map.of(), (double) value));
    }

    private void gauge(String name, String help, long value) {
        all.add(new Gauge(name, help, Map.of(), (double) value));
    }

    private void histogram(String name, String help, Function<WorkerStats, Latencies> which) {
        all.add(HttpReport.merged(
                name, help, Map.of(), workers.stream().map(which).toList()));
    }
}
