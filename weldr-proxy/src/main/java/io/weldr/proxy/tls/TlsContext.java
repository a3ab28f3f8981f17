package io.weldr.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.weldr.core.port.TicketKeys.TicketKey;
import java.util.List;

/** One certificate with its key, and the rules by which sessions with it are agreed on. Thread safe. */
public interface TlsContext {

    /** A session that has not begun. */
    TlsSession newSession(ByteBufAllocator allocator);

    /**
     * The keys of session tickets from now on: the first one seals, all of them open. None: no tickets. Without effect
     * where the library has keys of its own.
     */
    void ticketKeys(List<TicketKey> keys);
}
