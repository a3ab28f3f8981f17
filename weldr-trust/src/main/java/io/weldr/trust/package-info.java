/**
 * What the secret of the cluster gives. {@link io.weldr.trust.SecretFile} reads and makes the file, {@link
 * io.weldr.trust.SecretWatch} reads it again, {@link io.weldr.trust.ClusterSecret} keeps the bytes and derives a key
 * for each {@link io.weldr.trust.Label}, {@link io.weldr.trust.StickyTokens} and {@link io.weldr.trust.SecretMembers}
 * use them. {@link io.weldr.trust.PkiMembers} takes certificates of members from an operator's own authority instead.
 *
 * <p>Only weldr-node and weldr-cli know this module. The others use what it gives through the ports of weldr-core.
 * {@link io.weldr.trust.SecretApi} and {@link io.weldr.trust.SecretClient} are the two sides of the API that speak TLS
 * by the secret.
 */
@NullMarked
package io.weldr.trust;

import org.jspecify.annotations.NullMarked;
