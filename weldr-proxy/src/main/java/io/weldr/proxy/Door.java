package io.weldr.proxy;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Reception;
import io.weldr.proxy.server.Clients;
import io.weldr.proxy.server.ServerLoop;
import java.time.Duration;

/** One listener on one worker: gives each connection what it speaks. Thread safe. */
final class Door implements Reception {

    private final Worker worker;
    private final Clients clients;
    private volatile ServerLoop server; // of connections that come from now on

    Door(Worker worker, ListenerSetup setup) {
        this.worker = worker;
        clients = worker.newClients();
        server = worker.serverLoop(setup, clients);
    }

    /** Connections that come from now on are served by that. */
    void update(ListenerSetup setup) {
        server = worker.serverLoop(setup, clients);
    }

    @Override
    public EventLoop loop() {
        return worker.loop();
    }

    @Override
    public boolean hasRoom() {
        return worker.hasRoom();
    }

    @Override
    public void welcome(Channel accepted) {
        server.welcome(accepted);
    }

    @Override
    public void turnAway(Channel accepted, ConnectionLimit connections) {
        worker.stats().connectionsRefused.increment();
        server.turnAway(accepted, connections);
    }

    /** {@link Clients#drain()}. */
    void drain() {
        worker.loop().execute(clients::drain);
    }

    /** {@link Clients#drain(Duration)}. */
    void drain(Duration deadline) {
        worker.loop().execute(() -> clients.drain(deadline));
    }

    /** Closes every connection, whatever it is doing; says when that is done. */
    Future<?> cutAll() {
        return worker.loop().submit(clients::cutAll);
    }

    /** Connections that were closed because they did not begin with a PROXY protocol header. */
    long withoutProxyHeader() {
        return clients.withoutProxyHeader.get();
    }
}
