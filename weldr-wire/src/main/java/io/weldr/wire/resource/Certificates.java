package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.ExternalAccount;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.Sealed;
import io.weldr.proto.resource.v1.Acme;
import io.weldr.proto.resource.v1.Acme.Challenge;
import io.weldr.proto.resource.v1.Acme.KeyType;
import org.jspecify.annotations.Nullable;

/** Certificates as operators see them. No private key and no key of an external account is ever in one. */
public final class Certificates {
    private Certificates() {}

    /** Chain and settings of ACME, as far as there are any. */
    public static io.weldr.proto.resource.v1.Certificate encode(Certificate certificate) {
        io.weldr.proto.resource.v1.Certificate.Builder to = io.weldr.proto.resource.v1.Certificate.newBuilder()
                .setName(certificate.name().value());
        if (certificate.issued() != null) {
            to.setChain(certificate.issued().chain());
        }
        if (certificate.acme() != null) {
            to.setAcme(encode(certificate.acme()));
        }
        return to.build();
    }

    public static Acme encode(AcmeSettings acme) {
        Acme.Builder to = Acme.newBuilder()
                .addAllHosts(acme.hosts())
                .setDirectory(acme.directory())
                .setEmail(acme.email())
                .setTermsAgreed(true)
                .setKeyType(Decode.constant(KeyType.class, acme.keyType()))
                .setChallenge(encode(acme.challenge()));
        if (acme.externalAccount() != null) {
            to.setExternalAccount(io.weldr.proto.resource.v1.ExternalAccount.newBuilder()
                    .setKeyId(acme.externalAccount().keyId()));
        }
        return to.build();
    }

    /**
     * The settings of ACME. Nothing is read of the key of an external account.
     *
     * @param directoryDefault where certificates are obtained if nothing is said
     * @param externalKey of the external account, sealed; null: there is none
     * @throws IllegalArgumentException naming a field, such as {@code acme.hosts}
     */
    public static AcmeSettings decode(Acme from, String directoryDefault, @Nullable Sealed externalKey) {
        return Decode.at("acme", () -> {
            Check.that(
                    from.getTermsAgreed(),
                    "termsAgreed",
                    from.getTermsAgreed(),
                    "true, when you have read the terms of service of the authority and agree");
            return new AcmeSettings(
                    Decode.texts("hosts", from.getHostsList(), AcmeSettings::checkedHost),
                    Decode.orElse(from.getDirectory(), directoryDefault),
                    from.getEmail(),
                    Decode.constant("keyType", AcmeSettings.KeyType.EC_P256, from.getKeyType()),
                    decode(from.getChallenge()),
                    from.hasExternalAccount()
                            ? new ExternalAccount(
                                    from.getExternalAccount().getKeyId(),
                                    Check.present(
                                            externalKey,
                                            "externalAccount.hmacKey",
                                            "nothing",
                                            "the HMAC key of the authority, in Base64url"))
                            : null);
        });
    }

    public static Challenge encode(AcmeSettings.Challenge challenge) {
        return Decode.constant(Challenge.class, challenge);
    }

    /** HTTP-01 if nothing is said. */
    public static AcmeSettings.Challenge decode(Challenge from) {
        return Decode.constant("challenge", AcmeSettings.Challenge.HTTP_01, from);
    }
}
