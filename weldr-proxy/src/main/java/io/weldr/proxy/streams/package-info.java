/**
 * The common part of HTTP/2 connections to clients and to origins: streams that send in turn, content that waits for
 * a window, and field blocks that arrive in parts. Start at {@link io.weldr.proxy.streams.StreamOutput}. Instances
 * belong to one connection, and are confined to its event loop.
 */
@NullMarked
package io.weldr.proxy.streams;

import org.jspecify.annotations.NullMarked;
