package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.exchange.Entrance;
import io.weldr.proxy.exchange.ExchangeLoop;
import io.weldr.proxy.exchange.RelayLoop;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http2.RequestFields;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.net.ProxyHeader;
import io.weldr.proxy.net.ReadBuffers;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The objects that the client connections of one listener share on one event loop: the objects of their exchanges,
 * and limits in ticks. When the listener changes, new connections get another one; those that stand keep theirs.
 */
public final class ServerLoop {

    final ExchangeLoop exchanges;
    final Entrance entrance;
    final ListenerTerms terms;
    final Clients clients;
    final Pipe pipe;
    final @Nullable RelayLoop relays; // of a listener whose bytes are passed on
    final Handshakes handshakes;
    final ProxyHeader proxyHeader = new ProxyHeader(); // scratch space
    final RequestFields fields; // scratch space of HTTP/2
    private final HeadWriter answerHead = new HeadWriter(); // scratch space
    final ProxyLimits limits;
    final int idleTicks;
    final int requestHeadTicks;
    final int progressTicks;
    final int tunnelIdleTicks;
    final int exchangeTicks;
    final int lingerTicks;
    final int handshakeTicks;

    /**
     * What client connections need.
     *
     * @param exchanges with the limits of the listener
     * @param clients lists those that stand
     * @param pipe moves large bodies; empty between two calls, so that one does for all
     * @param handshakes those under way on this event loop
     */
    public ServerLoop(
            ExchangeLoop exchanges,
            Entrance entrance,
            ListenerTerms terms,
            Clients clients,
            Pipe pipe,
            Handshakes handshakes) {
        this.exchanges = exchanges;
        this.entrance = entrance;
        this.terms = terms;
        this.clients = clients;
        this.pipe = pipe;
        SplittableRandom random = new SplittableRandom(); // confined to the loop
        fields = new RequestFields(random::nextLong);
        this.handshakes = handshakes;
        relays = terms.relays() ? new RelayLoop(exchanges, pipe) : null;
        limits = exchanges.limits();
        idleTicks = DeadlineWheel.ticks(limits.clientIdleTimeout());
        requestHeadTicks = DeadlineWheel.ticks(limits.requestHeadTimeout());
        progressTicks = DeadlineWheel.ticks(limits.clientProgressTimeout());
        tunnelIdleTicks = DeadlineWheel.ticks(limits.tunnelIdleTimeout());
        exchangeTicks = limits.exchangeTimeout().isZero() ? 0 : DeadlineWheel.ticks(limits.exchangeTimeout());
        lingerTicks = DeadlineWheel.ticks(limits.lingerTimeout());
        handshakeTicks = DeadlineWheel.ticks(limits.handshakeTimeout());
    }

    /** Takes the head off an answer that is written as HTTP/1.1 has it, into scratch space. */
    HeadWriter takeHead(ByteBuf answer) {
        answerHead.reset();
        int state = 0; // octets of CR LF CR LF that were seen in a row
        while (state < 4) {
            byte octet = answer.readByte();
            answerHead.put((char) octet);
            state = octet == (state % 2 == 0 ? Octets.CR : Octets.LF) ? state + 1 : octet == Octets.CR ? 1 : 0;
        }
        return answerHead;
    }

    /** Who the client of a connection in the clear is. */
    Peer peer(Link link) {
        var remote = link.remoteAddress();
        boolean trusted = remote instanceof InetSocketAddress inet && ListenerTerms.contain(terms.trusted(), inet);
        Peer peer = Peer.of(remote, trusted);
        return trusted ? peer : peer.with(terms.identityFields(), null);
    }

    /** Gives a new connection its handlers. On the loop of the listening socket, before it is registered. */
    public void welcome(Channel accepted) {
        Client client = newClient(accepted);
        if (!terms.proxies().isEmpty()
                && accepted.remoteAddress() instanceof InetSocketAddress peer
                && ListenerTerms.contain(terms.proxies(), peer)) {
            accepted.pipeline().addLast(new HeaderGate(this, client));
        }
        accepted.pipeline().addLast(client.link());
    }

    private Client newClient(Channel accepted) {
        if (relays != null) {
            ReadBuffers own = new ReadBuffers();
            accepted.config().setRecvByteBufAllocator(own);
            return terms.passesTls() ? new PassthroughServer(this, relays, own) : new TcpServer(this, relays, own);
        }
        return terms.certificates() == null ? new H1Server(this) : new Handshake(this, terms.certificates());
    }

    /** Gives a connection for which there is no place the handler that says so. */
    public void turnAway(Channel accepted, ConnectionLimit connections) {
        accepted.pipeline().addLast(new TurnedAway(connections, this).link());
    }
}
