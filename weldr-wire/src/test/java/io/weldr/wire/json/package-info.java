/** Tests of JSON, without sockets. */
@NullMarked
package io.weldr.wire.json;

import org.jspecify.annotations.NullMarked;
