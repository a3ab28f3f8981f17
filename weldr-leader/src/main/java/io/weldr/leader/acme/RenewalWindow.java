package io.weldr.leader.acme;

import java.time.Instant;

/** When an authority suggests to renew a certificate (RFC 9773 section 4.2). {@code end} is after {@code start}. */
record RenewalWindow(Instant start, Instant end) {}
