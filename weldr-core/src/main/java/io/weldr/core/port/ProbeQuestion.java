package io.weldr.core.port;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;

/**
 * The request of the leader to probe an origin once. By name, not by address: it probes what the log told it and
 * nothing else.
 *
 * @param generation of the origin that is meant; about another one the answer would mean nothing
 */
public record ProbeQuestion(PoolName pool, OriginId origin, long generation) {}
