/**
 * What connections of HTTP/2 with clients and with origins have in common: streams that send in turn, content that
 * waits for a window, field blocks that come in parts. Start at {@link io.weldr.proxy.streams.StreamOutput}. Instances
 * belong to one connection, and are confined to its event loop.
 */
@NullMarked
package io.weldr.proxy.streams;

import org.jspecify.annotations.NullMarked;
