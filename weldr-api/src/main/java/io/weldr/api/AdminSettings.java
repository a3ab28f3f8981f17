package io.weldr.api;

import io.weldr.api.http.HttpLimits;
import java.net.InetSocketAddress;

/**
 * Where and how the admin API listens.
 *
 * @param http address of the HTTP API; port 0 takes a free one
 * @param grpc address of the gRPC API; port 0 takes a free one
 * @param version of this program, for people
 */
public record AdminSettings(InetSocketAddress http, InetSocketAddress grpc, String version, HttpLimits limits) {}
