/** Tests of the HTTP API, on real sockets. */
@NullMarked
package io.weldr.api.http;

import org.jspecify.annotations.NullMarked;
