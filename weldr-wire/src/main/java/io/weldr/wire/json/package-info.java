/**
 * Messages as JSON and back, by their descriptors: no code names a field. {@link io.weldr.wire.json.ResourceJson} is
 * where to start. JSON is a tree of
 * maps, lists, texts, numbers and truth values, so that any parser can make it. Pure; any thread.
 */
@NullMarked
package io.weldr.wire.json;

import org.jspecify.annotations.NullMarked;
