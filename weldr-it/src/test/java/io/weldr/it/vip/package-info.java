/** The virtual IP, held by real nodes and asked by a real client. Start at {@link io.weldr.it.vip.VirtualIpIT}. */
@NullMarked
package io.weldr.it.vip;

import org.jspecify.annotations.NullMarked;
