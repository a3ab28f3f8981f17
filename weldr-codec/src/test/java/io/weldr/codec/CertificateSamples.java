package io.weldr.codec;

import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.IssuedChain;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random certificates, accounts and orders. Few names and chains, so that commands meet each other's. */
final class CertificateSamples {
    private final Random random;

    CertificateSamples(Random random) {
        this.random = random;
    }

    Command command(Condition condition, Instant at) {
        return switch (random.nextInt(7)) {
            case 0, 1 -> new Command.PutCertificate(certificate(), condition, at);
            case 2 -> new Command.RemoveCertificate(name(), maybe(this::revision), at);
            case 3, 4 -> new Command.RecordAcmeAccount(new AcmeAccount(directory(), sealed()), maybe(this::sealed), at);
            case 5 -> new Command.RecordAcmeOrder(name(), revision(), maybe(this::order), at);
            default -> new Command.RecordIssued(name(), revision(), issued(), at);
        };
    }

    CertificateName name() {
        return new CertificateName("c" + random.nextInt(3));
    }

    Certificate certificate() {
        return random.nextBoolean() ? Certificate.given(name(), issued()) : Certificate.obtained(name(), acme());
    }

    private IssuedChain issued() {
        Instant from = Instant.ofEpochSecond(random.nextInt(1_000_000));
        String serial = Integer.toHexString(random.nextInt(4));
        return new IssuedChain(
                "-----BEGIN CERTIFICATE-----\n" + serial,
                sealed(),
                random.nextBoolean() ? List.of() : List.of("a.example", "*.b.example", "192.0.2.1"),
                from,
                from.plusSeconds(1 + random.nextInt(1000)),
                "EC P-256",
                serial,
                "0f");
    }

    AcmeSettings acme() {
        return new AcmeSettings(
                random.nextBoolean() ? List.of("a.example") : List.of("a.example", "b.example"),
                directory(),
                "ops@example.com",
                pick(AcmeSettings.KeyType.values()),
                pick(AcmeSettings.Challenge.values()),
                maybe(() -> new AcmeSettings.ExternalAccount("key-1", sealed())));
    }

    private AcmeOrder order() {
        boolean underWay = random.nextBoolean();
        AcmeOrder.Answer answer =
                new AcmeOrder.Answer("a.example", pick(AcmeSettings.Challenge.values()), "to-ken", "to-ken.print");
        return new AcmeOrder(
                underWay ? "https://acme.example/order/1" : null,
                underWay ? sealed() : null,
                random.nextBoolean() ? List.of() : List.of(answer),
                random.nextInt(5),
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1000)),
                maybe(() -> "no answer ü"));
    }

    ListenerTls listenerTls() {
        boolean asks = random.nextBoolean();
        CertificateName first = new CertificateName("c0");
        return new ListenerTls(
                random.nextBoolean() ? List.of(first) : List.of(first, new CertificateName("c1")),
                maybe(() -> first),
                pick(ListenerTls.TlsPolicy.values()),
                asks ? ListenerTls.ClientCertificates.REQUIRE : ListenerTls.ClientCertificates.NONE,
                asks ? "-----BEGIN CERTIFICATE-----\nü" : null,
                asks ? maybe(() -> "X-Client-Subject") : null,
                asks ? maybe(() -> "x-client-print") : null);
    }

    OriginTlsPolicy originTls() {
        boolean skips = random.nextBoolean();
        return new OriginTlsPolicy(
                skips ? null : maybe(() -> "-----BEGIN CERTIFICATE-----\nü"),
                maybe(() -> "origin.example"),
                maybe(this::name),
                skips);
    }

    private String directory() {
        return "https://acme.example/" + random.nextInt(2);
    }

    private Sealed sealed() {
        return Sealed.of(("sealed " + random.nextInt(3)).getBytes(StandardCharsets.UTF_8));
    }

    private long revision() {
        return random.nextInt(400);
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
