package io.weldr.cli;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.CertificateCondition.State;
import io.weldr.core.state.Command;
import io.weldr.core.testkit.SampleCertificates;
import io.weldr.core.testkit.TestPems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl certs}, and the options of TLS of listeners and pools, against real nodes. */
class CertificatesIT extends CommandsOnCluster {
    private static final CertificateName SHOP = new CertificateName("shop");

    @TempDir
    private Path folder;

    /** A file of these certificates or keys. */
    private String file(String names) throws IOException {
        return Files.writeString(folder.resolve(names), TestPems.of(names), StandardCharsets.ISO_8859_1)
                .toString();
    }

    private Run add(String name, String chain, String key, String... more) throws IOException {
        List<String> words = new java.util.ArrayList<>(List.of("certs", "add", name));
        words.addAll(List.of("--cert", file(chain), "--key", file(key)));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    private JsonNode show(String name) {
        return run("certs", "show", name, "-o", "json").done().json();
    }

    @Test
    void certificatesAreAddedReplacedShownAndRemoved() throws Exception {
        assertThat(add("shop", "ec256+middle", "ec256.key.pem").done().out())
                .matches("created certificate shop at revision [0-9]+\n");
        assertThat(add("shop", "ec256+middle", "ec256.key.pem").done().out()).startsWith("unchanged ");
        add("shop", "ec256+middle", "ec256.key.pem", "--new").failed(ExitCode.CONFLICT);
        add("shop", "ec384+middle", "ec384.key.pem").failed(ExitCode.CONFLICT, "already-exists");
        assertThat(add("shop", "ec384+middle", "ec384.key.pem", "--replace")
                        .done()
                        .out())
                .startsWith("updated ");
        run("certs", "set", "shop", "--cert", file("rsa2048+middle"), "--key", file("rsa2048.pkcs1.key.pem"))
                .done();
        JsonNode shop = show("shop");
        assertThat(shop.path("issued").path("keyType").asText()).isEqualTo("RSA 2048");
        assertThat(shop.path("source").asText()).isEqualTo("file");
        assertThat(shop.has("privateKey")).isFalse();
        assertThat(add("self", "self", "ec256.key.pem").done().out())
                .contains("warning: the certificate is self-signed");
        String shown = run("certs", "get", "shop").done().out();
        assertThat(shown).contains("chain: |\n  -----BEGIN CERTIFICATE-----\n  MII");
        Path again = Files.writeString(folder.resolve("again.yaml"), shown);
        assertThat(run("certs", "set", "-f", again.toString()).done().out()).startsWith("unchanged ");
        run("certs", "rm", "shop").done();
        run("certs", "show", "shop").failed(ExitCode.NOT_FOUND, "no-such-certificate");
        assertThat(run("__complete", "certs").done().out()).isEqualTo("self\n");
    }

    @Test
    void theNodeSaysWhatIsWrongWithAFile() throws Exception {
        add("shop", "ec256.der", "ec256.key.pem")
                .failed(ExitCode.USAGE, "chain: DER (expected: PEM; to convert it: openssl x509 -inform der -in FILE");
        add("shop", "ec256", "ec256.p12")
                .failed(ExitCode.USAGE, "privateKey: PKCS#12 (expected: PEM; to convert it: openssl pkcs12 -in FILE");
        add("shop", "ec256", "rsa2048.encrypted.key.pem").failed(ExitCode.USAGE, "passphrase", "openssl pkey");
        add("shop", "ec256", "rsa2048.key.pem").failed(ExitCode.USAGE, "privateKey: a key that does not belong");
        run("pools", "add", "p", "--tls-ca", file("ec256.der"))
                .failed(ExitCode.USAGE, "tls.authorities: DER", "openssl");
        cluster.seal().hasSecret(false);
        add("shop", "ec256+middle", "ec256.key.pem").failed(ExitCode.REFUSED, "needs-secret", "openssl rand -hex 32");
    }

    @Test
    void aTableTellsUntilWhenAndHowEachMemberStands() throws Exception {
        add("shop", "ec256+middle", "ec256.key.pem").done();
        run(
                        "listeners",
                        "add",
                        "web",
                        "--address",
                        "0.0.0.0:8443",
                        "--protocol",
                        "https",
                        "--cert",
                        "shop",
                        "--default-cert",
                        "shop",
                        "--tls-policy",
                        "modern",
                        "--client-certs",
                        "optional",
                        "--client-ca",
                        file("root"),
                        "--subject-field",
                        "X-Client-Subject",
                        "--fingerprint-field",
                        "X-Client-Fingerprint",
                        "--no-http2")
                .done();
        JsonNode tls = run("listeners", "get", "web", "-o", "json").done().json();
        assertThat(tls.path("http2").asBoolean(true)).isFalse();
        tls = tls.path("tls");
        assertThat(tls.path("certificates").toString()).isEqualTo("[\"shop\"]");
        assertThat(tls.path("clientAuthorities").asText()).isEqualTo(TestPems.of("root"));
        assertThat(tls.path("clientCertificates").asText()).isEqualTo("optional");
        run(
                        "listeners",
                        "set",
                        "web",
                        "--client-certs",
                        "none",
                        "--unset",
                        "tls.clientAuthorities,tls.subjectField,tls.fingerprintField")
                .done();
        run("listeners", "add", "plain", "--address", "0.0.0.0:8081", "--redirect-to-https")
                .done();
        run("listeners", "set", "plain", "--redirect-to-https=8443", "--http2").done();
        assertThat(run("listeners", "get", "plain", "-o", "json")
                        .done()
                        .json()
                        .path("redirectPort")
                        .asInt())
                .isEqualTo(8443);
        run(
                        "pools",
                        "add",
                        "secure",
                        "--protocol",
                        "auto",
                        "--tls-ca",
                        file("root"),
                        "--tls-server-name",
                        "o.example",
                        "--tls-client-cert",
                        "shop")
                .done();
        assertThat(run("pools", "get", "secure", "-o", "json")
                        .done()
                        .json()
                        .path("tls")
                        .path("serverName")
                        .asText())
                .isEqualTo("o.example");
        assertThat(run("pools", "add", "open", "--tls-insecure-skip-verify")
                        .done()
                        .out())
                .contains("warning: any certificate of an https origin is taken");
        run("certs", "rm", "shop").failed(ExitCode.REFUSED, "in-use", "listener web names certificate shop");

        assertThat(run("certs", "ls").done().out())
                .containsPattern("NAME +HOSTS +EXPIRES +SOURCE +LISTENERS +STATE\n")
                .containsPattern("shop +shop.example.com,… +2056-01-01 \\(in [0-9]+ days\\) +file +web +loaded 3/3\n");
        cluster.node(2)
                .certificates(new CertificateCondition(SHOP, State.FAILED, "sealed by another secret", Instant.EPOCH));
        cluster.node(3).stop();
        assertThat(run("certs", "ls").done().out().lines().toList())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(run("certs", "ls", "-o", "wide").done().out())
                .contains("1/3: n2: sealed by another secret, n3: not reached at 127.0.0.1:")
                .contains("EC P-256");
        assertThat(show("shop").path("conditions").get(1).path("state").asText())
                .isEqualTo("failed");
        assertThat(show("shop").path("usedBy").toString())
                .isEqualTo("{\"listeners\":[\"web\"],\"pools\":[\"secure\"]}");
    }

    private void recordOrder(@Nullable AcmeOrder order) {
        Certificate there = Objects.requireNonNull(cluster.state().certificate(SHOP));
        cluster.submit(new Command.RecordAcmeOrder(SHOP, there.stamp().modified(), order, Instant.now()));
    }

    private Run obtain(String... more) {
        List<String> words = new java.util.ArrayList<>(List.of("certs", "obtain", "shop", "--host"));
        words.addAll(List.of("a.example,b.example", "--email", "ops@example.com", "--agree-tos"));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    @Test
    void aCertificateIsObtainedAndItsOrderIsShown() throws Exception {
        Path key = Files.writeString(folder.resolve("hmac"), "AAECAwQFBgcICQoLDA0ODxAREhM\n");
        assertThat(obtain(
                                "--directory",
                                "https://ca.example/d",
                                "--challenge",
                                "tls-alpn-01",
                                "--key-type",
                                "rsa-2048",
                                "--eab-kid",
                                "customer",
                                "--eab-hmac-key-file",
                                key.toString())
                        .done()
                        .out())
                .startsWith("created certificate shop");
        JsonNode acme = show("shop").path("acme");
        assertThat(acme.path("hosts").toString()).isEqualTo("[\"a.example\",\"b.example\"]");
        assertThat(acme.path("challenge").asText()).isEqualTo("tls-alpn-01");
        assertThat(acme.path("externalAccount").toString()).isEqualTo("{\"keyId\":\"customer\"}");
        assertThat(run("certs", "ls", "-o", "wide").done().out())
                .containsPattern("shop +a.example, b.example +- +acme +- +waiting: the leader is to begin");
        recordOrder(new AcmeOrder(
                null, null, List.of(), 2, Instant.parse("2026-01-02T03:04:05Z"), "a.example: no answer at port 80"));
        assertThat(run("certs", "ls", "-o", "wide").done().out())
                .contains("failed 2 times: a.example: no answer at port 80; next try at 2026-01-02T03:04:05Z");
        assertThat(show("shop").path("order").path("failures").asInt()).isEqualTo(2);
    }

    @Test
    void whoWaitsIsShownWhatGoesOn() throws Exception {
        CompletableFuture<Run> waiting = CompletableFuture.supplyAsync(() -> obtain("--wait"));
        await().until(() -> cluster.state().certificate(SHOP) != null);
        recordOrder(new AcmeOrder(
                "https://ca.example/order/1",
                cluster.seal().seal(KeyOwner.of(SHOP), new byte[] {1}),
                List.of(new AcmeOrder.Answer("b.example", Challenge.HTTP_01, "t", "t.k")),
                0,
                Instant.EPOCH,
                null));
        Certificate there = Objects.requireNonNull(cluster.state().certificate(SHOP));
        cluster.submit(new Command.RecordIssued(
                SHOP,
                there.stamp().modified(),
                SampleCertificates.issued("01", "a.example", "b.example"),
                Instant.now()));
        Run run = waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).done();
        assertThat(run.out())
                .startsWith("created certificate shop at revision ")
                .contains("issued for a.example, b.example until 2026-04-01 (");
    }

    @Test
    void whoWaitsIsToldWhyAnOrderFailed() throws Exception {
        CompletableFuture<Run> waiting = CompletableFuture.supplyAsync(() -> obtain("--wait"));
        await().until(() -> cluster.state().certificate(SHOP) != null);
        recordOrder(new AcmeOrder(null, null, List.of(), 1, Instant.EPOCH, "a.example: no answer at port 80"));
        waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .failed(ExitCode.REFUSED, "certificate shop: failed: a.example: no answer at port 80");
        obtain("--wait", "--timeout", "3s", "--directory", "https://other.example/d")
                .failed(ExitCode.REFUSED, "certificate shop is not issued yet (waiting: the leader is to begin)");
    }
}
