/**
 * Protobuf to core and back, nothing else. Start at {@link io.weldr.raft.codec.EntryCodec}, what a log entry carries.
 * Decoding builds validated core values: bytes that say anything else are refused with {@link
 * io.weldr.raft.codec.UndecodableException}.
 */
@NullMarked
package io.weldr.raft.codec;

import org.jspecify.annotations.NullMarked;
