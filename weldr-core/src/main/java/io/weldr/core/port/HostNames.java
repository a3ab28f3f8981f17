package io.weldr.core.port;

import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Looks up the host names of origins, for traffic and for probes, so that both use the same addresses. Any thread;
 * never blocks.
 */
@FunctionalInterface
public interface HostNames {
    /**
     * All addresses of a host by a lookup that is not older than a moment, in the machine's order of preference. A
     * literal address is its own answer.
     *
     * @param patience how long a name that was looked up before is waited for; then its last good answer serves
     * @return completes on any thread, with at least one address. Fails if the name cannot be looked up and never could
     */
    CompletionStage<List<InetAddress>> resolveAnew(HostPort target, Duration patience);
}
