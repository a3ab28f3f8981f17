package io.weldr.core.port;

import io.weldr.core.pool.PoolName;
import java.util.List;

/**
 * Tells what the probes of this node found last. Only the leader probes, and only verdicts that turn enter the log: a
 * node that does not lead knows nothing. Any thread; never blocks.
 */
@FunctionalInterface
public interface ProbeSource {
    /** One for each origin of the pool that this node watches and has probed; in no order. */
    List<LastProbe> lastProbes(PoolName pool);
}
