/**
 * What people install and try. The scripts and the archive: start at {@link io.weldr.it.distribution.DistributionIT}. The
 * cluster on one machine, {@code deploy/local}: start at {@link io.weldr.it.distribution.LocalIT}.
 */
@NullMarked
package io.weldr.it.distribution;

import org.jspecify.annotations.NullMarked;
