/**
 * Tests of the virtual IP: the decisions without clock or process, and the whole in network namespaces of their own.
 */
@NullMarked
package io.weldr.leader.vip;

import org.jspecify.annotations.NullMarked;
