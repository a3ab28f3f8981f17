@NullMarked
package io.weldr.proxy.route;

import org.jspecify.annotations.NullMarked;
