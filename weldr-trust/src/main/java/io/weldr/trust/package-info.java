/**
 * Keys and certificates from the secret of the cluster. {@link io.weldr.trust.SecretFile} reads and makes the file,
 * {@link io.weldr.trust.SecretWatch} reads it again, and {@link io.weldr.trust.ClusterSecret} keeps the bytes and
 * derives a key for each {@link io.weldr.trust.Label}. {@link io.weldr.trust.StickyTokens} and {@link
 * io.weldr.trust.SecretMembers} use the keys. {@link io.weldr.trust.PkiMembers} uses certificates of the operator's
 * own authority instead.
 *
 * <p>Only weldr-node and weldr-cli use this module. The other modules use ports of weldr-core. {@link
 * io.weldr.trust.SecretApi} and {@link io.weldr.trust.SecretClient} are the server and the client of the API with
 * TLS by the secret.
 */
@NullMarked
package io.weldr.trust;

import org.jspecify.annotations.NullMarked;
