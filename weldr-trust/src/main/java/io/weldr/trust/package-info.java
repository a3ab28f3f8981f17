/**
 * What the secret of the cluster gives. {@link io.weldr.trust.SecretFile} reads and makes the file, {@link
 * io.weldr.trust.SecretWatch} reads it again, {@link io.weldr.trust.ClusterSecret} keeps the bytes and derives a key for
 * each {@link io.weldr.trust.Label}, and {@link io.weldr.trust.StickyTokens} is the first use of one.
 *
 * <p>Only weldr-node knows this module. The others use what it gives through the ports of weldr-core.
 */
@NullMarked
package io.weldr.trust;

import org.jspecify.annotations.NullMarked;
