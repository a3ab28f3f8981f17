/**
 * Converts between messages and JSON by their descriptors: no code names a field. Start at {@link
 * io.weldr.wire.json.ResourceJson}. JSON is a tree of maps, lists, texts, numbers and booleans, so that any parser
 * can be used. Pure; any thread.
 */
@NullMarked
package io.weldr.wire.json;

import org.jspecify.annotations.NullMarked;
