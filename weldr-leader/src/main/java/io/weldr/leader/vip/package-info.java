/**
 * Holds the virtual IP addresses while this node is the acting leader, and runs commands when it becomes active or
 * passive.
 *
 * <p>Start at {@link io.weldr.leader.vip.VirtualIps}, the duty that the node assembles. {@link
 * io.weldr.leader.vip.Holding} decides, and knows neither clock nor process; {@link io.weldr.leader.vip.AddressKeeper}
 * has the kernel do it through a small child process whose life is the holding. {@code docs/howto/virtual-ip.md} tells
 * operators what happens on which failure.
 */
@NullMarked
package io.weldr.leader.vip;

import org.jspecify.annotations.NullMarked;
