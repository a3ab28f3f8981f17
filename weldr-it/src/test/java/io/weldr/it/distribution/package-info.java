/** What people install and try: the scripts, the archive and the cluster on one machine. Start at {@link io.weldr.it.distribution.DistributionIT}. */
@NullMarked
package io.weldr.it.distribution;

import org.jspecify.annotations.NullMarked;
