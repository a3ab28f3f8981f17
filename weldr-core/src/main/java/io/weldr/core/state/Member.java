package io.weldr.core.state;

import io.weldr.core.pool.HostPort;

/**
 * What a node tells the others about itself, through the log, so that any node can reach all.
 *
 * @param raft where its peers reach its consensus
 * @param admin its HTTP API
 * @param grpc its gRPC API
 * @param proxy where clients reach it
 * @param version of the program it runs
 */
public record Member(MemberId id, HostPort raft, HostPort admin, HostPort grpc, HostPort proxy, String version) {}
