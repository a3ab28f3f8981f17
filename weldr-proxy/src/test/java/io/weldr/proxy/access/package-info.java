/** Lines of the access log. */
@NullMarked
package io.weldr.proxy.access;

import org.jspecify.annotations.NullMarked;
