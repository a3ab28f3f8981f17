/** Strangers at the ports of real nodes, and what is kept from everybody. */
@NullMarked
package io.weldr.it.access;

import org.jspecify.annotations.NullMarked;
