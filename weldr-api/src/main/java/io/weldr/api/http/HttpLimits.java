package io.weldr.api.http;

import io.weldr.core.Check;
import java.time.Duration;

/**
 * Every buffer, queue and wait of the HTTP API.
 *
 * @param bodyBytesMax a longer body answers 413
 * @param requestLineBytesMax a longer request line answers 414
 * @param headerBytesMax a larger header section answers 431
 * @param connectionsMax connections at the same time, over HTTP and as many over gRPC; more are closed at once
 * @param waitingBytesMax of answers that wait for clients to read them, over HTTP and gRPC together, beside those of up
 *     to 16 KiB; a further one is refused with 503
 * @param watchersMax event streams at the same time, over HTTP and gRPC together
 * @param bodyTimeout how long a body may take to arrive; then 408
 * @param idleTimeout a connection on which nothing moves for so long is closed; so is one that takes so long for a
 *     request head
 * @param heartbeatInterval how often an event stream says that it is alive, so that both sides notice when the other is
 *     gone
 */
public record HttpLimits(
        int bodyBytesMax,
        int requestLineBytesMax,
        int headerBytesMax,
        int connectionsMax,
        int waitingBytesMax,
        int watchersMax,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration heartbeatInterval) {

    /**
     * The largest body that means anything is far below a megabyte; RFC 9112 section 3 asks for request lines of 8000
     * octets.
     */
    public static final HttpLimits DEFAULT = new HttpLimits(
            1 << 20,
            8 * 1024,
            16 * 1024,
            1024,
            32 << 20,
            256,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15));

    public HttpLimits {
        Check.inRange("bodyBytesMax", bodyBytesMax, 1024, 1 << 26);
        Check.inRange("requestLineBytesMax", requestLineBytesMax, 1024, 1 << 16);
        Check.inRange("headerBytesMax", headerBytesMax, 1024, 1 << 20);
        Check.inRange("connectionsMax", connectionsMax, 1, 65_536);
        Check.inRange("waitingBytesMax", waitingBytesMax, 1024, 1 << 30);
        Check.inRange("watchersMax", watchersMax, 1, 65_536);
        Check.inRange("bodyTimeout", bodyTimeout, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.inRange("idleTimeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        Check.inRange("heartbeatInterval", heartbeatInterval, Duration.ofMillis(100), idleTimeout);
    }
}
