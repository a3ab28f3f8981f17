package io.weldr.core.port;

import java.time.Instant;
import java.util.List;

/**
 * Keys that TLS sessions resume by (RFC 5077, RFC 8446 section 4.6.1). Every member makes the same ones, so that a
 * session resumes on every node, also after a failover. Any thread; takes microseconds, and blocks never.
 */
public interface TicketKeys {
    /** A node that has no secret: its sessions resume by keys of its own, or not at all. */
    TicketKeys NONE = (policy, now) -> List.of();

    /**
     * The keys of one day of UTC, of the day before and of the day after, since the clocks of members differ.
     *
     * @param policy what has to be the same in two handshakes so that the second may resume the first: clients that
     *     were not asked for a certificate must never resume where one is required. Other policies have other keys
     * @return the key of today first, by which new tickets are made; while the secret is replaced, also those of the
     *     previous one. None if there is no secret
     */
    List<TicketKey> keys(String policy, Instant now);

    /**
     * One key. The bytes are whoever's asked for them.
     *
     * @param name by which tickets name their key, {@value #PART_BYTES} bytes; no secret
     * @param hmacKey authenticates tickets, {@value #PART_BYTES} bytes
     * @param aesKey encrypts tickets, {@value #PART_BYTES} bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record TicketKey(byte[] name, byte[] hmacKey, byte[] aesKey) {
        /** Of each part, as OpenSSL has it. */
        public static final int PART_BYTES = 16;

        /** Shows no key. */
        @Override
        public String toString() {
            return "ticket key";
        }
    }
}
