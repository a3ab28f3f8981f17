/** Tests of what leads to origins, without sockets. */
@NullMarked
package io.weldr.proxy.upstream;

import org.jspecify.annotations.NullMarked;
