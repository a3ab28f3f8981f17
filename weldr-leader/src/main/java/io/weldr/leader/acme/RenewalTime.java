package io.weldr.leader.acme;

import io.weldr.core.certificate.IssuedChain;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * When a certificate is renewed. Pure. The random part follows from the certificate: each leader finds the same moment,
 * and certificates of one age find different ones.
 */
final class RenewalTime {
    private static final double OF_LIFE = 2.0 / 3;

    /** Of the life, to both sides: certificates that were issued together are not renewed together. */
    private static final double JITTER = 0.02;

    /**
     * An authority that asks for a later renewal than this is not followed: too little time would be left for failures.
     */
    private static final double OF_LIFE_MAX = 0.9;

    private static final int HEX = 16;

    private RenewalTime() {}

    /** At two thirds of its life. */
    static Instant byLife(IssuedChain chain) {
        return ofLife(chain, OF_LIFE + JITTER * (2 * random(chain, 0).nextDouble() - 1));
    }

    /** At a random moment of the window that the authority suggests (RFC 9773 section 4.2). */
    static Instant byWindow(IssuedChain chain, RenewalWindow window) {
        long width = Duration.between(window.start(), window.end()).toMillis();
        double part = random(chain, window.start().getEpochSecond()).nextDouble();
        Instant suggested = window.start().plusMillis((long) (width * part));
        Instant latest = ofLife(chain, OF_LIFE_MAX);
        return suggested.isBefore(latest) ? suggested : latest;
    }

    private static Instant ofLife(IssuedChain chain, double part) {
        long life = Duration.between(chain.notBefore(), chain.notAfter()).toMillis();
        return chain.notBefore().plusMillis((long) (life * part));
    }

    private static SplittableRandom random(IssuedChain chain, long salt) {
        String hex = chain.fingerprint().replaceAll("[^0-9a-fA-F]", "");
        return new SplittableRandom(new BigInteger("0" + hex, HEX).longValue() ^ salt);
    }
}
