/**
 * Tests of the certificates of an authority. {@code XTest} is pure; {@code XIT} speaks with {@link
 * io.weldr.leader.acme.StubAuthority}, an authority that does what the test wants. Start at {@code
 * ObtainedCertificatesIT}.
 */
@NullMarked
package io.weldr.leader.acme;

import org.jspecify.annotations.NullMarked;
