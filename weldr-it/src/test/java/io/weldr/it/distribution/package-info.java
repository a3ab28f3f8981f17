/**
 * What people install and try. The scripts and the archive: start at {@link io.weldr.it.distribution.DistributionIT}.
 * The cluster on one machine, {@code deploy/local}: start at {@link io.weldr.it.distribution.LocalIT}. What {@code
 * -Ppackages} makes: start at {@link io.weldr.it.distribution.DebianPackageIT}.
 */
@NullMarked
package io.weldr.it.distribution;

import org.jspecify.annotations.NullMarked;
