package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.tls.TlsException;

/** The protocol on a link. All of it is called on the event loop of the link. */
public interface Protocol {

    /** The socket is connected. */
    void connected();

    /** Bytes have arrived. The protocol owns the buffer. Called only while the link is open. */
    void received(ByteBuf in);

    /** Nothing more has arrived for now. */
    void receivedAll();

    /** The backlog has passed one of its marks: {@link Link#writable()} has changed. */
    void writabilityChanged(boolean writable);

    /** The peer sends no more. May be called more than once. */
    void inputEnded();

    /** Nothing can be written any more. What the peer has sent can still be read. */
    void outputFailed();

    /** The network has failed, in both directions. */
    void broken();

    /** Something was thrown that is no fault of the network. */
    void failed(Throwable cause);

    /** The handshake of {@link Link#secure} was successful. What the peer has sent behind it comes next. */
    default void secured() {
        throw new IllegalStateException("no handshake was begun");
    }

    /** The handshake of {@link Link#secure} has failed. The peer has been told; the link is not closed yet. */
    default void notSecured(TlsException why) {
        broken();
    }

    /** The deadline of an open link has passed: {@link Link#await}. */
    void waitExpired();

    /** There is no more memory for what it holds: it ends. */
    void shed();

    /** The socket is closed. Called once, last. */
    void closed();
}
