/**
 * Holds the virtual IPs while this node is the acting leader, and runs hooks when the node becomes active or
 * passive.
 *
 * <p>Start at {@link io.weldr.leader.vip.VirtualIps}, the duty. {@link io.weldr.leader.vip.Holding} decides, without
 * clock and processes. {@link io.weldr.leader.vip.AddressKeeper} runs the child process that holds the addresses in
 * the kernel. {@code docs/explanation/virtual-ip.md} describes what happens on each failure.
 */
@NullMarked
package io.weldr.leader.vip;

import org.jspecify.annotations.NullMarked;
