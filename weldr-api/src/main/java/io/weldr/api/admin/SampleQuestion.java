package io.weldr.api.admin;

import io.weldr.core.pool.PoolName;
import org.jspecify.annotations.Nullable;

/**
 * A request for samples. The latest is always told.
 *
 * @param series whether those of the last hour, too
 * @param pool whose series; null: that of the node as a whole
 * @param afterSeconds only the part of the series after this Unix time; 0: all of it
 */
public record SampleQuestion(boolean series, @Nullable PoolName pool, long afterSeconds) {}
