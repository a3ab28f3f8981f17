package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.json.ResourceSamples;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.KeyOwner;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.CertificateCondition.State;
import io.weldr.core.state.Command;
import io.weldr.core.testkit.SampleCertificates;
import io.weldr.core.testkit.TestPems;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates over HTTP: what is taken, what is told, and that no key is in any answer. */
class CertificatesIT {
    private static final String ALL = "/v1/certificates";
    private static final String SHOP = ALL + "/shop";
    private static final String LISTENER = "{\"name\":\"web\",\"protocol\":\"https\",\"address\":\"0.0.0.0:8443\","
            + "\"tls\":{\"certificates\":[\"shop\"]}}";
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private final ObjectMapper mapper = new ObjectMapper();
    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(2);
        client = new Client(cluster.node(1));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private String body(String name, String chain, String key) {
        ObjectNode body = mapper.createObjectNode().put("name", name).put("chain", TestPems.of(chain));
        return (key.isEmpty() ? body : body.put("privateKey", TestPems.of(key))).toString();
    }

    private Certificate stored(String name) {
        return Objects.requireNonNull(cluster.state().certificate(new CertificateName(name)));
    }

    /** The sealed private key of the certificate {@code shop}. */
    private Sealed key() {
        return Objects.requireNonNull(stored("shop").issued()).key();
    }

    /** The sealed key of the external account of the certificate {@code acme}. */
    private Sealed externalKey() {
        AcmeSettings acme = Objects.requireNonNull(stored("acme").acme());
        return Objects.requireNonNull(acme.externalAccount()).key();
    }

    private JsonNode read() {
        return client.get(SHOP).is(200).json();
    }

    @Test
    void aCertificateIsCreatedReadReplacedChangedAndRemoved() {
        Reply created = client.post(ALL, ResourceSamples.CERTIFICATE).is(201);
        assertThat(created.field("Location")).isEqualTo(SHOP);
        assertThat(created.json().path("effect").asText()).isEqualTo("created");
        JsonNode read = read();
        assertThat(read.has("privateKey")).isFalse();
        assertThat(read.path("chain").asText()).isEqualTo(TestPems.of("ec256+middle"));
        assertThat(read.path("source").asText()).isEqualTo("file");
        JsonNode issued = read.path("issued");
        assertThat(issued.path("hosts").toString()).isEqualTo("[\"shop.example.com\",\"*.example.com\",\"192.0.2.1\"]");
        assertThat(issued.path("notBefore").asText()).isEqualTo("2020-01-01T00:00:00Z");
        assertThat(issued.path("notAfter").asText()).isEqualTo("2056-01-01T00:00:00Z");
        assertThat(issued.path("keyType").asText()).isEqualTo("EC P-256");
        assertThat(issued.path("serial").asText()).matches("[0-9a-f]+");
        assertThat(issued.path("fingerprint").asText()).matches("[0-9a-f]{64}");
        assertThat(read.path("usedBy").toString()).isEqualTo("{\"listeners\":[],\"pools\":[]}");
        assertThat(read.has("order")).isFalse();
        assertThat(read.has("conditions")).as("nothing presents it").isFalse();
        Sealed before = key();

        assertThat(client.post(ALL, ResourceSamples.CERTIFICATE)
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        assertThat(key()).isEqualTo(before);
        client.post(ALL, ResourceSamples.CERTIFICATE, "If-None-Match", "*").isProblem(412, "precondition-failed");
        client.post(ALL, body("shop", "ec384+middle", "ec384.key.pem")).isProblem(409, "already-exists");

        Reply replaced = client.send("PUT", SHOP, body("shop", "ec384+middle", "ec384.key.pem"))
                .is(200);
        assertThat(replaced.json().path("issued").path("keyType").asText()).isEqualTo("EC P-384");
        String tag = replaced.field("ETag");
        client.send("PUT", SHOP, ResourceSamples.CERTIFICATE, "If-Match", "\"1\"")
                .isProblem(412, "precondition-failed");
        client.send("PUT", SHOP, ResourceSamples.CERTIFICATE, "If-Match", tag).is(200);
        client.send("PATCH", SHOP, body("shop", "rsa2048+middle+root", "rsa2048.pkcs1.key.pem"))
                .is(200);
        assertThat(read().path("chain").asText()).as("the root is left out").isEqualTo(TestPems.of("rsa2048+middle"));
        assertThat(client.get(ALL).is(200).json().path("certificates")).hasSize(1);
        assertThat(client.get("/v1/history?kind=certificate")
                        .is(200)
                        .json()
                        .path("changes")
                        .findValuesAsText("kind"))
                .containsExactly(
                        "certificate-created", "certificate-updated", "certificate-updated", "certificate-updated");

        client.post("/v1/listeners", LISTENER).is(201);
        assertThat(client.delete(SHOP)
                        .isProblem(409, "in-use")
                        .json()
                        .path("detail")
                        .asText())
                .contains("listener web names certificate shop");
        client.delete("/v1/listeners/web").is(200);
        assertThat(client.delete(SHOP)
                        .is(200)
                        .json()
                        .path("removed")
                        .path("name")
                        .asText())
                .isEqualTo("shop");
        client.get(SHOP).isProblem(404, "no-such-certificate");
        client.delete(SHOP).isProblem(404, "no-such-certificate");
    }

    @Test
    void whatIsReadCanBeSentBackWithoutTheKey() {
        client.post(ALL, ResourceSamples.CERTIFICATE).is(201);
        assertThat(client.send("PUT", SHOP, read().toString())
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        assertThat(client.send("PATCH", SHOP, "{}")
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        // A chain that was renewed for the same key needs the key no second time.
        Sealed before = key();
        assertThat(client.send("PUT", SHOP, body("shop", "ec256+middle+root", ""))
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        client.send("PATCH", SHOP, body("shop", "ec256", "")).is(200);
        assertThat(cluster.seal().open(KeyOwner.of(new CertificateName("shop")), key()))
                .isEqualTo(cluster.seal().open(KeyOwner.of(new CertificateName("shop")), before));
        assertThat(client.send("PUT", SHOP, body("shop", "ec384+middle", ""))
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .startsWith(
                        "privateKey: nothing, and the key that is there does not belong to the chain (expected: PEM");
        cluster.seal().replaceSecret();
        assertThat(client.send("PUT", SHOP, body("shop", "ec256+middle", ""))
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .startsWith("privateKey: nothing, and the key that is there cannot be opened with the secret");
        assertThat(client.send("PUT", ALL + "/other", body("other", "ec256+middle", ""))
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .startsWith("privateKey: nothing (expected: PEM");
    }

    @Test
    void aKeyIsInNoAnswerAndNoHistory() {
        String key = TestPems.of("ec256.key.pem");
        String secret = key.lines().skip(1).findFirst().orElseThrow().substring(0, 40);
        String hmac = "AAECAwQFBgcICQoLDA0ODxAREhM";
        List<Reply> replies = new java.util.ArrayList<>();
        String quoted = mapper.createObjectNode().put("k", key).path("k").toString();
        replies.add(client.post(ALL, ResourceSamples.CERTIFICATE).is(201));
        replies.add(client.post(ALL, ResourceSamples.ACME).is(201));
        replies.add(client.get(ALL).is(200));
        replies.add(client.get(SHOP).is(200));
        replies.add(client.get(ALL + "/acme").is(200));
        replies.add(client.send("PUT", SHOP, body("shop", "rsa2048+middle", "ec256.key.pem"))
                .is(400));
        replies.add(client.send("PUT", SHOP, "{\"chain\":" + quoted + ",\"privateKey\":" + quoted + "}")
                .is(400));
        replies.add(
                client.send("PUT", SHOP, "{\"privateKey\":[" + quoted + "]}").is(400));
        replies.add(client.send("PUT", SHOP, "{\"privatKey\":" + quoted + "}").is(400));
        replies.add(client.send("PUT", SHOP, "{\"privateKey\":" + secret + "}").is(400));
        replies.add(client.send("PUT", SHOP, key).is(400));
        replies.add(client.send("PUT", SHOP, quoted).is(400));
        replies.add(client.send("PATCH", ALL + "/acme", "{\"acme\":{\"externalAccount\":\"" + hmac + "\"}}")
                .is(400));
        replies.add(
                client.send("PATCH", ALL + "/acme", "{\"acme\":{\"externalAccount\":{\"hmacKey\":\"" + hmac + "!\"}}}")
                        .is(400));
        // A request that is answered when its certificate is gone already is answered with what it said.
        Reply first = client.post(ALL, ResourceSamples.CERTIFICATE, "Idempotency-Key", "k");
        replies.add(first.is(200));
        client.delete(SHOP).is(200);
        replies.add(client.post(ALL, ResourceSamples.CERTIFICATE, "Idempotency-Key", "k")
                .is(200));
        replies.add(client.get("/v1/history").is(200));
        for (Reply reply : replies) {
            assertThat(reply.response().body()).doesNotContain(secret).doesNotContain(hmac);
        }
        assertThat(cluster.state().toString()).doesNotContain(secret).doesNotContain(hmac);
    }

    @Test
    void aCertificateToBeObtainedTellsWhatGoesOn() {
        client.post(
                        ALL,
                        "{\"name\":\"shop\",\"acme\":{\"hosts\":[\"shop.example\",\"www.shop.example\"],"
                                + "\"email\":\"ops@example.com\",\"termsAgreed\":true}}")
                .is(201);
        JsonNode read = read();
        assertThat(read.path("source").asText()).isEqualTo("acme");
        assertThat(read.path("acme").path("directory").asText())
                .as("as the node has it")
                .isEqualTo("https://ca.example/directory");
        assertThat(read.path("acme").path("keyType").asText()).isEqualTo("ec-p256");
        assertThat(read.path("acme").path("challenge").asText()).isEqualTo("http-01");
        assertThat(read.has("issued")).isFalse();
        assertThat(read.path("order").toString()).isEqualTo("{\"state\":\"waiting\",\"failures\":0}");
        Reply listener = client.post("/v1/listeners", LISTENER).is(201);
        assertThat(listener.json().path("warnings").toString())
                .contains("certificate shop is not issued yet: until then the listener refuses handshakes");

        long written = stored("shop").stamp().modified();
        Sealed key = cluster.seal().seal(KeyOwner.of(new CertificateName("shop")), new byte[] {1});
        cluster.submit(new Command.RecordAcmeOrder(
                new CertificateName("shop"),
                written,
                new AcmeOrder(
                        "https://ca.example/order/1",
                        key,
                        List.of(new AcmeOrder.Answer("shop.example", Challenge.HTTP_01, "token", "token.thumb")),
                        0,
                        Instant.EPOCH,
                        null),
                Instant.now()));
        assertThat(read().path("order").toString())
                .isEqualTo("{\"state\":\"under-way\",\"challengedHosts\":[\"shop.example\"],\"failures\":0}");
        cluster.submit(new Command.RecordAcmeOrder(
                new CertificateName("shop"),
                written,
                new AcmeOrder(null, null, List.of(), 2, SINCE, "shop.example: no answer at port 80"),
                Instant.now()));
        JsonNode failed = read();
        assertThat(failed.path("order").toString())
                .isEqualTo("{\"state\":\"failed\",\"failures\":2,\"error\":\"shop.example: no answer at port 80\","
                        + "\"nextTry\":\"2026-01-02T03:04:05Z\"}");
        assertThat(client.send("PUT", SHOP, failed.toString())
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .as("an answer may be sent back")
                .isEqualTo("unchanged");

        cluster.submit(new Command.RecordIssued(
                new CertificateName("shop"), written, SampleCertificates.issued("01", "shop.example"), Instant.now()));
        read = read();
        assertThat(read.path("issued").path("serial").asText()).isEqualTo("01");
        assertThat(read.has("order")).isFalse();
        assertThat(read.path("revision").asLong()).as("renewals do not move it").isEqualTo(written);
        client.send("PUT", SHOP, read.toString()).is(200);
        client.send("PATCH", SHOP, "{\"acme\":{\"hosts\":[\"other.example\"]}}").is(200);
        assertThat(read().path("issued").path("superseded").asBoolean()).isTrue();
        assertThat(read().path("order").path("state").asText()).isEqualTo("waiting");
        client.send("PUT", SHOP, ResourceSamples.CERTIFICATE).is(200);
        assertThat(read().path("source").asText()).isEqualTo("file");
    }

    @Test
    void theKeyOfAnExternalAccountStaysWhatItWas() {
        client.post(ALL, ResourceSamples.ACME).is(201);
        Sealed before = externalKey();
        assertThat(client.post(ALL, ResourceSamples.ACME)
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        String read = client.get(ALL + "/acme").is(200).json().toString();
        assertThat(client.send("PUT", ALL + "/acme", read)
                        .is(200)
                        .json()
                        .path("effect")
                        .asText())
                .isEqualTo("unchanged");
        assertThat(externalKey()).isEqualTo(before);
        client.send("PATCH", ALL + "/acme", "{\"acme\":{\"externalAccount\":{\"keyId\":\"other\"}}}")
                .isProblem(400, "invalid-value");
        client.send("PATCH", ALL + "/acme", "{\"acme\":{\"externalAccount\":null}}")
                .is(200);
        assertThat(Objects.requireNonNull(stored("acme").acme()).externalAccount())
                .isNull();
    }

    @Test
    void withoutASecretNothingCanBeSealed() {
        cluster.seal().hasSecret(false);
        assertThat(client.post(ALL, ResourceSamples.CERTIFICATE)
                        .isProblem(409, "needs-secret")
                        .json()
                        .path("detail")
                        .asText())
                .contains("openssl rand -hex 32");
        client.post(ALL, ResourceSamples.ACME).isProblem(409, "needs-secret");
    }

    @Test
    void whatIsOddIsTold() {
        assertThat(client.post(ALL, body("self", "self", "ec256.key.pem"))
                        .is(201)
                        .json()
                        .path("warnings")
                        .get(0)
                        .asText())
                .startsWith("the certificate is self-signed");
        assertThat(client.post(
                                "/v1/pools",
                                "{\"name\":\"open\",\"tls\":{\"insecureSkipVerify\":true,\"clientCertificate\":\"self\"}}")
                        .is(201)
                        .json()
                        .path("warnings")
                        .get(0)
                        .asText())
                .startsWith("any certificate of an https origin is taken");
        assertThat(client.get(ALL + "/self")
                        .is(200)
                        .json()
                        .path("usedBy")
                        .path("pools")
                        .toString())
                .isEqualTo("[\"open\"]");
        client.post("/v1/pools", "{\"name\":\"b\",\"tls\":{\"clientCertificate\":\"nowhere\"}}")
                .isProblem(422, "invalid-together");
    }

    @Test
    void aReadShowsWhatEachMemberHasMadeOfIt() {
        client.post(ALL, ResourceSamples.CERTIFICATE).is(201);
        client.post("/v1/listeners", LISTENER).is(201);
        cluster.node(2)
                .certificates(new CertificateCondition(
                        new CertificateName("shop"), State.FAILED, "sealed by another secret", SINCE));
        JsonNode read = read();
        assertThat(read.path("usedBy").path("listeners").toString()).isEqualTo("[\"web\"]");
        assertThat(read.path("conditions").toString())
                .isEqualTo("[{\"member\":\"n1\",\"state\":\"loaded\",\"since\":\"1970-01-01T00:00:00Z\"},"
                        + "{\"member\":\"n2\",\"state\":\"failed\",\"reason\":\"sealed by another secret\","
                        + "\"since\":\"2026-01-02T03:04:05Z\"}]");
        client.get(ALL, "If-None-Match", "\"" + cluster.index() + "\"").is(200);
        JsonNode applied = client.send("PUT", SHOP + "?wait=applied", body("shop", "ec384+middle", "ec384.key.pem"))
                .is(200)
                .json()
                .path("applied");
        assertThat(applied.get(0).has("missing")).isFalse();
        assertThat(applied.get(1).path("reason").asText())
                .isEqualTo("certificate shop: not loaded: sealed by another secret");
        assertThat(new Client(cluster.node(2))
                        .get("/readyz?verbose")
                        .is(200)
                        .json()
                        .path("certificates")
                        .toString())
                .isEqualTo(
                        "[\"certificate shop: not loaded: sealed by another secret; the node is ready all the same\"]");
        cluster.node(2).certificates();
        assertThat(read().path("conditions").get(1).path("reason").asText())
                .isEqualTo("it has not applied the certificate yet");
        cluster.node(2).stop();
        assertThat(read().path("conditions").get(1).path("state").asText()).isEqualTo("unknown");
    }
}
