package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeSettings.ExternalAccount;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.KeySeal;
import io.weldr.core.tls.CertificateReader;
import io.weldr.core.tls.KeyedChain;
import io.weldr.proto.resource.v1.Acme;
import io.weldr.wire.resource.Certificates;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes certificates and keys from requests: checks them, and seals the keys. A key goes no further than this in the
 * clear, and stands in no message. Any thread; takes some milliseconds of a CPU.
 *
 * @param acmeDirectory where certificates are obtained for which nothing is said
 */
public record CertificateIntake(KeySeal seal, String acmeDirectory) {
    /** Authorities give 32 bytes. With fewer than 16 somebody could guess the key; more than 256 is something else. */
    private static final int HMAC_BYTES_MIN = 16;

    private static final int HMAC_BYTES_MAX = 256;

    private static final String PRIVATE_KEY = "privateKey";
    private static final String HMAC_KEY = "acme.externalAccount.hmacKey";

    /**
     * A certificate as it is to be written.
     *
     * @param warnings what is odd about it, for people
     */
    record Taken(Certificate certificate, List<String> warnings) {}

    /**
     * Whether the request says less than all of it: what {@link #take} does depends on the certificate that is there.
     */
    static boolean leans(io.weldr.proto.resource.v1.Certificate from) {
        return from.hasAcme()
                ? from.getAcme().hasExternalAccount() || !from.getChain().isEmpty()
                : from.getPrivateKey().isEmpty();
    }

    /** The same without its keys, for answers. */
    static io.weldr.proto.resource.v1.Certificate withoutKeys(io.weldr.proto.resource.v1.Certificate from) {
        io.weldr.proto.resource.v1.Certificate.Builder shown = from.toBuilder().clearPrivateKey();
        if (from.getAcme().hasExternalAccount()) {
            shown.getAcmeBuilder().getExternalAccountBuilder().clearHmacKey();
        }
        return shown.build();
    }

    /**
     * What the request says, with the keys of the certificate that is there for those that it does not say.
     *
     * @param before the certificate of that name; null: there is none
     * @throws IllegalArgumentException naming a field
     * @throws io.weldr.api.error.ProblemException this node has no secret to seal keys with
     */
    Taken take(io.weldr.proto.resource.v1.Certificate from, @Nullable Certificate before, Instant now) {
        CertificateName name = new CertificateName(from.getName());
        if (!from.hasAcme()) {
            return given(name, from, before, now);
        }
        IssuedChain issued = before == null || before.acme() == null ? null : before.issued();
        // An answer has both, and may be changed and sent back.
        Check.that(
                from.getChain().isEmpty() || (issued != null && issued.chain().equals(from.getChain())),
                "chain",
                "a chain beside acme",
                "either a chain and its private key, or acme");
        Check.that(
                from.getPrivateKey().isEmpty(),
                PRIVATE_KEY,
                "a key beside acme",
                "none, because the leader makes the keys of certificates that it obtains");
        return new Taken(
                Certificate.obtained(
                        name,
                        Certificates.decode(from.getAcme(), acmeDirectory, external(name, from.getAcme(), before))),
                List.of());
    }

    private Taken given(
            CertificateName name,
            io.weldr.proto.resource.v1.Certificate from,
            @Nullable Certificate before,
            Instant now) {
        Check.that(
                !from.getChain().isEmpty(),
                "chain",
                "nothing",
                "a chain and its private key, both as PEM, or acme: how an authority issues one");
        if (!from.getPrivateKey().isEmpty()) {
            return sealed(name, CertificateReader.read(from.getChain(), from.getPrivateKey(), now));
        }
        IssuedChain issued = before == null ? null : before.issued();
        if (issued == null) {
            throw new IllegalArgumentException(PRIVATE_KEY + ": nothing (expected: PEM of the key of the chain)");
        }
        if (issued.chain().equals(from.getChain())) {
            return new Taken(Certificate.given(name, issued), List.of());
        }
        byte[] key = opened(KeyOwner.of(name), issued.key(), PRIVATE_KEY, "PEM of the key of the chain");
        try {
            return sealed(name, CertificateReader.read(from.getChain(), key, now));
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).startsWith(PRIVATE_KEY)) {
                throw new IllegalArgumentException(
                        PRIVATE_KEY + ": nothing, and the key that is there does not belong to the chain"
                                + " (expected: PEM of the key of the chain)",
                        e);
            }
            throw e;
        }
    }

    private Taken sealed(CertificateName name, KeyedChain chain) {
        Sealed key = seal(KeyOwner.of(name), chain.key().getEncoded());
        return new Taken(Certificate.given(name, chain.with(key)), chain.warnings());
    }

    private Sealed seal(KeyOwner owner, byte[] secret) {
        requireSecret();
        return seal.seal(owner, secret);
    }

    private void requireSecret() {
        if (!seal.hasSecret()) {
            throw Problem.ofLine(
                            ProblemType.NEEDS_SECRET,
                            "nothing was done: " + KeySeal.NEEDS_SECRET,
                            "secret-file on every member")
                    .exception();
        }
    }

    private byte[] opened(KeyOwner owner, Sealed sealed, String field, String expected) {
        requireSecret();
        try {
            return seal.open(owner, sealed);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    field + ": nothing, and the key that is there cannot be opened with the secret of this node"
                            + " (expected: " + expected + ")",
                    e);
        }
    }

    /**
     * The sealed key of the external account. The one that is there is taken again if it is the same, so that the same
     * request changes nothing.
     */
    private @Nullable Sealed external(CertificateName name, Acme acme, @Nullable Certificate before) {
        if (!acme.hasExternalAccount()) {
            return null;
        }
        ExternalAccount there =
                before == null || before.acme() == null ? null : before.acme().externalAccount();
        String text = acme.getExternalAccount().getHmacKey();
        if (text.isEmpty()) {
            return there != null
                            && there.keyId().equals(acme.getExternalAccount().getKeyId())
                    ? there.key()
                    : null;
        }
        byte[] key = hmacKey(text);
        if (there != null && seal.hasSecret() && same(name, there.key(), key)) {
            return there.key();
        }
        return seal(KeyOwner.externalAccount(name), key);
    }

    private boolean same(CertificateName name, Sealed sealed, byte[] key) {
        try {
            return MessageDigest.isEqual(seal.open(KeyOwner.externalAccount(name), sealed), key);
        } catch (IllegalArgumentException e) {
            return false; // of another secret: sealed anew
        }
    }

    private static byte[] hmacKey(String text) {
        String expected = HMAC_BYTES_MIN + " to " + HMAC_BYTES_MAX + " bytes in Base64url, as the authority gave them";
        byte[] key;
        try {
            key = Base64.getUrlDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            // The message of the cause may have a part of the key.
            throw new IllegalArgumentException(HMAC_KEY + ": no Base64url (expected: " + expected + ")");
        }
        if (key.length < HMAC_BYTES_MIN || key.length > HMAC_BYTES_MAX) {
            throw new IllegalArgumentException(HMAC_KEY + ": " + key.length + " bytes (expected: " + expected + ")");
        }
        return key;
    }
}
