package io.weldr.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Published;
import io.weldr.core.port.Traffic;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.upstream.NameResolver;
import io.weldr.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** A proxy on a free port of loopback, in front of the origins it is given. */
final class TestProxy implements AutoCloseable {

    /** All stories but those about transports can be told on any: {@code -Dproxy.transport=nio}. */
    static final Transport TRANSPORT =
            Transport.valueOf(System.getProperty("proxy.transport", "auto").toUpperCase(Locale.ROOT));

    final Published<ClusterState> state;
    final ProxyServer server;
    private final NameResolver resolver;

    private TestProxy(ProxySettings settings) {
        this(settings, new NameResolver(), ByteBufAllocator.DEFAULT);
    }

    private TestProxy(ProxySettings settings, NameResolver resolver, ByteBufAllocator allocator) {
        this(settings, resolver, allocator, ClusterState.INITIAL);
    }

    private TestProxy(ProxySettings settings, NameResolver resolver, ByteBufAllocator allocator, ClusterState first) {
        this.resolver = resolver;
        state = new Published<>(first);
        server = new ProxyServer(settings, state, resolver, allocator);
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ProxySettings.Builder settings() {
        return ProxySettings.builder()
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .workers(1)
                .transport(TRANSPORT);
    }

    static TestProxy inFrontOf(RawOrigin... origins) {
        return with(UnaryOperator.identity(), origins);
    }

    static TestProxy limited(String limit, Object value, RawOrigin... origins) {
        return limited(ProxyLimits.DEFAULTS.with(limit, value), origins);
    }

    static TestProxy limited(ProxyLimits limits, RawOrigin... origins) {
        return with(settings -> settings.limits(limits), origins);
    }

    static TestProxy with(UnaryOperator<ProxySettings.Builder> change, RawOrigin... origins) {
        TestProxy proxy = new TestProxy(change.apply(settings()).build());
        for (RawOrigin origin : origins) {
            proxy.add(origin.url());
        }
        return proxy;
    }

    /** Of a node that was stopped with that state. */
    static TestProxy startedWith(ClusterState state) {
        return new TestProxy(settings().build(), new NameResolver(), ByteBufAllocator.DEFAULT, state);
    }

    /** With a name server of the test's own. */
    static TestProxy resolving(NameResolver.Lookup names, ProxyLimits limits) {
        return resolving(names, System::nanoTime, limits);
    }

    /** With a name server of the test's own, whose answers age by {@code nanoTime}. */
    static TestProxy resolving(NameResolver.Lookup names, LongSupplier nanoTime, ProxyLimits limits) {
        return resolving(names, nanoTime, settings -> settings.limits(limits));
    }

    /** With a name server of the test's own, whose answers age by {@code nanoTime}. */
    static TestProxy resolving(
            NameResolver.Lookup names, LongSupplier nanoTime, UnaryOperator<ProxySettings.Builder> change) {
        return new TestProxy(
                change.apply(settings()).build(),
                new NameResolver(names, nanoTime, Patience.PATIENCE),
                ByteBufAllocator.DEFAULT);
    }

    /** With buffers of the test's own. */
    static TestProxy allocating(
            ByteBufAllocator allocator, UnaryOperator<ProxySettings.Builder> change, RawOrigin... origins) {
        TestProxy proxy = new TestProxy(change.apply(settings()).build(), new NameResolver(), allocator);
        for (RawOrigin origin : origins) {
            proxy.add(origin.url());
        }
        return proxy;
    }

    void add(String url) {
        add(OriginSpec.of(OriginUrl.parse(url)));
    }

    void add(OriginSpec spec) {
        apply(new Command.AddOrigin(PoolName.DEFAULT, spec, true, Instant.EPOCH));
    }

    void apply(Command command) {
        publish(command);
        server.awaitRouting();
    }

    /** The proxy need not have noticed when this returns. */
    void publish(Command command) {
        if (!state.get().version().atLeast(command.since())) {
            publish(new Command.RaiseClusterVersion(command.since(), Instant.EPOCH));
        }
        ClusterState before = state.get();
        var transition = before.apply(command, before.revision() + 1);
        if (!(transition.outcome() instanceof Outcome.Accepted)) {
            throw new AssertionError(transition.outcome());
        }
        state.publish(transition.next());
    }

    /** As if the leader's probes had failed. */
    void markDown(RawOrigin origin) {
        Origin entry = state.get().defaultPool().find(HostPort.parse(origin.authority()));
        if (entry == null) {
            throw new AssertionError(origin.authority() + " is not in the pool");
        }
        Verdict down = new Verdict(false, Instant.EPOCH, "test");
        apply(new Command.RecordVerdict(PoolName.DEFAULT, entry.id(), entry.generation(), down, null, Instant.EPOCH));
    }

    Wire connect() {
        InetSocketAddress address = server.boundAddress();
        try {
            return new Wire(new Socket(address.getAddress(), address.getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends on a connection of its own and reads one whole response. */
    String exchange(String request) {
        return exchange(request, Wire::readMessage);
    }

    /** Sends on a connection of its own and reads the response in the way that its framing asks for. */
    String exchange(String request, Function<Wire, String> read) {
        try (Wire client = connect()) {
            return read.apply(client.send(request));
        }
    }

    /** Holds the event loop until the result is counted down: what arrives meanwhile it then finds all at once. */
    CountDownLatch hold() {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        server.onEveryLoop(() -> {
            held.countDown();
            await(goOn);
        });
        await(held);
        return goOn;
    }

    /** A number that the proxy shows of something, such as a listener, with the suffix of no format. */
    double gauge(String name, String label, String value) {
        return server.measure().stream()
                .filter(each ->
                        each.name().equals(name) && value.equals(each.labels().get(label)))
                .mapToDouble(each ->
                        each instanceof Measurement.Gauge gauge ? gauge.value() : ((Measurement.Counter) each).value())
                .sum();
    }

    /** The sum of all measurements of that name. */
    double value(String name) {
        return server.measure().stream()
                .filter(each -> each.name().equals(name))
                .mapToDouble(each ->
                        each instanceof Measurement.Gauge gauge ? gauge.value() : ((Measurement.Counter) each).value())
                .sum();
    }

    Traffic traffic() {
        return server.traffic();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.close();
        resolver.close();
    }
}
