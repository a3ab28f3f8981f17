/** Tests of the test server: {@code XTest} without sockets, {@code XIT} over real ones. Start at {@code OriginIT}. */
@NullMarked
package io.weldr.testserver;

import org.jspecify.annotations.NullMarked;
