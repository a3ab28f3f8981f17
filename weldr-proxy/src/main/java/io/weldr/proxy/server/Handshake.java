package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.PeerTls;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.net.Link;
import io.weldr.proxy.tls.ClientHello;
import io.weldr.proxy.tls.HandshakeFailure;
import io.weldr.proxy.tls.Identity;
import io.weldr.proxy.tls.ListenerCertificates;
import io.weldr.proxy.tls.ServedCertificate;
import io.weldr.proxy.tls.ServerNames;
import io.weldr.proxy.tls.TlsContext;
import io.weldr.proxy.tls.TlsException;
import io.weldr.proxy.tls.TlsSession;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client of a TLS listener until it is agreed on what is spoken. Its ClientHello is read by weldr's own code first, and decides the
 * certificate: there is no other that a client could fall back to by splitting its message or by leaving the name out. Then TLS is put
 * under the link, and the link is handed over to whoever speaks the protocol. Confined to its event loop.
 *
 * <pre>
 *   HELLO --> TLS --> OVER: handed over, or failed
 *     +----------------^
 * </pre>
 */
final class Handshake extends Client implements Handshakes.Handshaking {

    private enum State {
        HELLO,
        TLS,
        OVER
    }

    private final ServerLoop loop;
    private final ListenerCertificates certificates;
    private final Link link;
    private State state = State.HELLO;
    private @Nullable HelloReader reader; // until the hello is complete
    private Handshakes.@Nullable Place place;
    private @Nullable TlsSession session;
    private @Nullable ServerNames names;
    private @Nullable ServedCertificate presented;
    private String serverName = "";

    Handshake(ServerLoop loop, ListenerCertificates certificates) {
        this.loop = loop;
        this.certificates = certificates;
        link = new Link(this, loop.exchanges.wheel(), loop.exchanges.held(), loop.progressTicks);
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public void connected() {
        loop.clients.add(this);
        place = loop.handshakes.enter(this);
        link.await(loop.handshakeTicks);
    }

    // ---- the hello

    @Override
    public void received(ByteBuf in) {
        if (state != State.HELLO) {
            in.release(); // it has failed
            return;
        }
        HelloReader from = reader;
        if (from == null) {
            from = new HelloReader(loop.limits.clientHelloBytesMax(), link.account(), link.allocator());
            reader = from;
        }
        switch (from.add(in)) {
            case INCOMPLETE -> {}
            case REFUSED -> failHandshake(from.hello().failure());
            case COMPLETE -> answer(from);
        }
    }

    private void answer(HelloReader from) {
        ClientHello hello = from.hello();
        if (hello.isChallenge()) {
            prove(certificates.challenge(hello.serverName()), from);
            return;
        }
        ServerNames now = certificates.current();
        if (now == null) {
            failHandshake(HandshakeFailure.NO_CERTIFICATE); // none was loaded yet
            return;
        }
        if (hello.malformedName()) {
            failHandshake(HandshakeFailure.UNKNOWN_NAME);
            return;
        }
        if (hello.offersOthersOnly(now.http2())) {
            failHandshake(HandshakeFailure.NO_PROTOCOL);
            return;
        }
        String name = hello.serverName();
        ServedCertificate certificate = now.find(name);
        if (certificate == null) {
            failHandshake(now.failure(name));
            return;
        }
        names = now;
        presented = certificate;
        serverName = name == null ? "" : name;
        begin(certificate.context(), from);
    }

    /** A certificate authority looks whether the host is the cluster's (RFC 8737). */
    private void prove(@Nullable TlsContext context, HelloReader from) {
        if (context == null) {
            failHandshake(HandshakeFailure.UNKNOWN_NAME); // no authority has been promised an answer
        } else {
            begin(context, from);
        }
    }

    private void begin(TlsContext context, HelloReader from) {
        TlsSession begun = context.newSession(link.allocator());
        session = begun;
        state = State.TLS;
        ByteBuf first = from.take();
        reader = null;
        assert first != null;
        link.secure(begun, first);
    }

    // ---- the handshake

    @Override
    public void secured() {
        TlsSession agreed = session;
        Handshakes.Place left = place;
        if (state != State.TLS || agreed == null || left == null) {
            return; // it has failed meanwhile
        }
        ServerNames by = names;
        if (by == null) {
            // A certificate authority has seen what it wanted: RFC 8737 section 3 has the connection closed.
            state = State.OVER;
            loop.handshakes.leave(left);
            link.linger(loop.lingerTicks);
            return;
        }
        Peer peer;
        try {
            peer = peer(agreed, by);
        } catch (TlsException e) {
            notSecured(e);
            return;
        }
        state = State.OVER;
        loop.handshakes.leave(left);
        loop.exchanges.stats().handshakes(agreed.version(), agreed.resumed()).increment();
        Client next = ServerProtocols.serve(agreed.protocol(), loop, link, peer);
        link.awaitNothing();
        link.handOver(next);
        loop.clients.replace(this, next);
        next.connected();
    }

    private Peer peer(TlsSession agreed, ServerNames by) throws TlsException {
        boolean asked = by.settings().clientAuthorities() != null;
        byte[] identity = asked ? Identity.lines(by.settings(), agreed.clientCertificate()) : new byte[0];
        PeerTls tls = new PeerTls(
                agreed.version(),
                agreed.cipher(),
                serverName,
                agreed.resumed(),
                serverName.isEmpty() || presented == null ? null : presented.hosts(),
                identity);
        var remote = link.remoteAddress();
        boolean trusted = remote instanceof InetSocketAddress inet && ListenerTerms.contain(loop.terms.trusted(), inet);
        return Peer.of(remote, trusted).with(by.forbidden(trusted), tls);
    }

    @Override
    public void notSecured(TlsException why) {
        fail(why.failure(), false);
    }

    /** It ends here. */
    @Override
    public void failHandshake(HandshakeFailure failure) {
        fail(failure, state == State.HELLO);
    }

    /** @param tell whether the client is to be told by weldr itself: TLS has told it otherwise, or cannot */
    private void fail(HandshakeFailure failure, boolean tell) {
        if (state == State.OVER) {
            return;
        }
        state = State.OVER;
        dropHello();
        Handshakes.Place left = place;
        if (left != null) {
            loop.handshakes.failed(left, failure);
        }
        if (tell) {
            HelloReader.refuse(link, failure, loop.lingerTicks);
        } else {
            link.linger(loop.lingerTicks); // its alert is on its way
        }
    }

    private void dropHello() {
        HelloReader from = reader;
        reader = null;
        if (from != null) {
            from.drop();
        }
    }

    @Override
    public void receivedAll() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void inputEnded() {
        endBy(HandshakeFailure.CLIENT_GONE);
    }

    @Override
    public void outputFailed() {
        endBy(HandshakeFailure.CLIENT_GONE);
    }

    @Override
    public void broken() {
        endBy(HandshakeFailure.CLIENT_GONE);
    }

    @Override
    public void failed(Throwable cause) {
        Faults.report("a handshake with a client", cause);
        link.account().failed(cause);
        endBy(HandshakeFailure.CUT_OFF);
    }

    @Override
    public void waitExpired() {
        endBy(HandshakeFailure.TIMEOUT);
    }

    @Override
    public void shed() {
        endBy(HandshakeFailure.CUT_OFF);
    }

    @Override
    void lastCall() {
        // A handshake that has begun is finished: the client cannot know yet, and its request is answered.
        HelloReader from = reader;
        if (state == State.HELLO && (from == null || from.isEmpty())) {
            link.await(Clients.LAST_CALL_TICKS);
        }
    }

    @Override
    void cutOff() {
        endBy(HandshakeFailure.CUT_OFF);
    }

    /** Ends without a word. */
    private void endBy(HandshakeFailure failure) {
        state = State.OVER;
        dropHello();
        Handshakes.Place left = place;
        if (left != null) {
            loop.handshakes.failed(left, failure);
        }
        link.close();
    }

    @Override
    public void closed() {
        endBy(HandshakeFailure.CLIENT_GONE);
        loop.clients.remove(this);
    }
}
