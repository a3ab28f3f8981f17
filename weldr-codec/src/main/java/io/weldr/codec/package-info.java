/**
 * Converts between protobuf messages and core values. Start at {@link io.weldr.codec.EntryCodec}, the codec of
 * log entries. Decoding builds validated core values. Other bytes are refused with an {@link
 * io.weldr.codec.UndecodableException}.
 */
@NullMarked
package io.weldr.codec;

import org.jspecify.annotations.NullMarked;
