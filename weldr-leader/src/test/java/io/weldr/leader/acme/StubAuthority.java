package io.weldr.leader.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.toolbox.AcmeUtils;
import org.shredzone.acme4j.toolbox.JSON;

/**
 * A certificate authority of RFC 8555 with renewal information (RFC 9773), on a socket. It checks signatures, and
 * counts what it is asked for. A test sees each request before it is done and after, and may have it fail. Thread safe.
 */
final class StubAuthority implements AutoCloseable {
    /** How a request ends. */
    enum Fate {
        ANSWERED,
        /** Nothing is done, and the connection is closed. */
        DROPPED,
        /** It is done, and the connection is closed. */
        DONE_IN_SILENCE
    }

    /** What the test wants of a request; the path without identifiers, as in {@code new-order}. */
    interface Wish {
        Fate of(String path);
    }

    /** What a node answers to a challenge. */
    interface Nodes {
        @Nullable String answer(String host, String token);
    }

    /** An answer instead of the one that a request would get. */
    record Answer(int status, String type, Map<String, String> fields, String body) {
        static Answer problem(int status, String type, String detail, Map<String, String> fields) {
            String body = "{\"type\":\"urn:ietf:params:acme:error:" + type + "\",\"detail\":\"" + detail + "\"}";
            return new Answer(status, "application/problem+json", fields, body);
        }
    }

    /** An order; guarded by the authority. */
    static final class Order {
        final String id;
        final String account;
        final List<String> hosts;
        final @Nullable String replaces;
        final List<String> authorizations = new ArrayList<>();
        String status = "pending";

        @Nullable String chain;

        Order(String id, String account, List<String> hosts, @Nullable String replaces) {
            this.id = id;
            this.account = account;
            this.hosts = hosts;
            this.replaces = replaces;
        }
    }

    private static final class Authorization {
        final String id;
        final String host;
        final String order;
        String status = "pending";

        @Nullable String error;

        Authorization(String id, String host, String order) {
            this.id = id;
            this.host = host;
            this.order = order;
        }
    }

    final Map<String, Order> orders = new ConcurrentHashMap<>();
    final List<String> requests = new CopyOnWriteArrayList<>(); // paths without identifiers
    final AtomicInteger accounts = new AtomicInteger();
    final AtomicInteger triggers = new AtomicInteger();
    final AtomicInteger issued = new AtomicInteger();
    volatile Wish wish = path -> Fate.ANSWERED;

    /** Instead of what a path would answer; by the path without identifiers. */
    final Map<String, Answer> instead = new ConcurrentHashMap<>();

    /** What renewal information answers; null: the directory does not offer it. */
    volatile @Nullable Answer renewal;

    /** Key by id of the customers; null: everybody may have an account. */
    volatile @Nullable Map<String, byte[]> customers;

    volatile long lifeSeconds = 90 * 86400;
    private final Map<String, Authorization> authorizations = new ConcurrentHashMap<>();
    private final Map<String, PublicJsonWebKey> keys = new ConcurrentHashMap<>(); // by account
    private final AtomicInteger numbers = new AtomicInteger();
    private final KeyPair key = Keys.generate(Keys.ACCOUNT);
    private final Nodes nodes;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    StubAuthority(SSLContext tls, Nodes nodes) throws IOException {
        this.nodes = nodes;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String directory() {
        return url("directory");
    }

    private String url(String path) {
        return "https://localhost:" + server.getAddress().getPort() + "/" + path;
    }

    long ordersWith(String status) {
        return orders.values().stream()
                .filter(order -> order.status.equals(status))
                .count();
    }

    // ---- the wire

    private void serve(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/", 2);
        byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(path[0]);
        try {
            Fate fate = wish.of(path[0]);
            if (fate == Fate.DROPPED) {
                return;
            }
            Answer other = instead.get(path[0]);
            Answer answer = other != null ? other : answer(path[0], path.length > 1 ? path[1] : "", body);
            if (fate == Fate.ANSWERED) {
                send(exchange, answer);
            }
        } catch (JoseException | GeneralSecurityException | OperatorCreationException | RuntimeException e) {
            send(exchange, Answer.problem(400, "malformed", String.valueOf(e.getMessage()), Map.of()));
        } finally {
            exchange.close();
        }
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().add("Replay-Nonce", "n" + numbers.incrementAndGet());
        exchange.getResponseHeaders().add("Content-Type", answer.type());
        answer.fields().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        boolean none = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
        exchange.sendResponseHeaders(answer.status(), none ? -1 : body.length);
        if (!none) {
            exchange.getResponseBody().write(body);
        }
    }

    private static Answer json(int status, String body, String... fields) {
        Map<String, String> map = new ConcurrentHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            map.put(fields[i], fields[i + 1]);
        }
        return new Answer(status, "application/json", map, body);
    }

    private synchronized Answer answer(String path, String id, byte[] body)
            throws IOException, JoseException, GeneralSecurityException, OperatorCreationException {
        Answer unsigned = unsigned(path);
        if (unsigned != null) {
            return unsigned;
        }
        JSON jose = JSON.parse(new ByteArrayInputStream(body));
        JsonWebSignature signature = new JsonWebSignature();
        signature.setCompactSerialization(jose.get("protected").asString() + "."
                + jose.get("payload").asString() + "." + jose.get("signature").asString());
        if (path.equals("new-account")) {
            return account(signature);
        }
        String account = signature.getHeader("kid").substring(url("account/").length());
        PublicJsonWebKey known = keys.get(account);
        if (known == null) {
            return Answer.problem(400, "accountDoesNotExist", "no account " + account, Map.of());
        }
        signature.setKey(known.getPublicKey());
        String payload = signature.getPayload(); // checks the signature
        return switch (path) {
            case "orders" -> orders(account);
            case "new-order" -> order(account, JSON.parse(payload));
            case "order" -> text(200, existing(id));
            case "authorization" -> text(authorization(id));
            case "challenge" ->
                challenge(authorization(id.substring(0, id.indexOf('/'))), id.substring(id.indexOf('/') + 1), known);
            case "finalize" -> finish(existing(id), JSON.parse(payload));
            case "certificate" ->
                new Answer(200, "application/pem-certificate-chain", Map.of(), String.valueOf(existing(id).chain));
            default -> json(404, "");
        };
    }

    private @Nullable Answer unsigned(String path) {
        Answer window = renewal;
        return switch (path) {
            case "directory" -> json(200, directoryText());
            case "nonce" -> json(200, "");
            case "renewal" -> window == null ? json(404, "") : window;
            default -> null;
        };
    }

    private Answer orders(String account) {
        String urls = orders.values().stream()
                .filter(order -> order.account.equals(account))
                .map(order -> "\"" + url("order/" + order.id) + "\"")
                .collect(Collectors.joining(","));
        return json(200, "{\"orders\":[" + urls + "]}");
    }

    private Authorization authorization(String id) {
        Authorization one = authorizations.get(id);
        if (one == null) {
            throw new IllegalArgumentException("no authorization " + id);
        }
        return one;
    }

    private Order existing(String id) {
        Order order = orders.get(id);
        if (order == null) {
            throw new IllegalArgumentException("no order " + id);
        }
        return order;
    }

    private String directoryText() {
        return "{\"newNonce\":\"" + url("nonce") + "\",\"newAccount\":\"" + url("new-account") + "\",\"newOrder\":\""
                + url("new-order") + "\",\"revokeCert\":\"" + url("revoke") + "\",\"keyChange\":\"" + url("key") + "\""
                + (renewal == null ? "" : ",\"renewalInfo\":\"" + url("renewal") + "\"")
                + ",\"meta\":{\"termsOfService\":\"" + url("terms") + "\"}}";
    }

    // ---- what RFC 8555 section 7 has

    private Answer account(JsonWebSignature signature) throws JoseException {
        PublicJsonWebKey jwk = signature.getHeaders().getPublicJwkHeaderValue("jwk", null);
        signature.setKey(jwk.getPublicKey());
        JSON payload = JSON.parse(signature.getPayload());
        String id = jwk.calculateBase64urlEncodedThumbprint("SHA-256");
        boolean known = keys.containsKey(id);
        if (!known) {
            Map<String, byte[]> required = customers;
            if (required != null && !bound(payload, required)) {
                return Answer.problem(
                        401, "externalAccountRequired", "this authority takes its customers only", Map.of());
            }
            if (!payload.get("termsOfServiceAgreed").map(JSON.Value::asBoolean).orElse(false)) {
                return Answer.problem(403, "userActionRequired", "agree to the terms", Map.of());
            }
            keys.put(id, jwk);
            accounts.incrementAndGet();
        }
        String body = "{\"status\":\"valid\",\"orders\":\"" + url("orders/" + id) + "\"}";
        return json(known ? 200 : 201, body, "Location", url("account/" + id));
    }

    private static boolean bound(JSON payload, Map<String, byte[]> required) throws JoseException {
        if (!payload.contains("externalAccountBinding")) {
            return false;
        }
        JSON binding = payload.get("externalAccountBinding").asObject();
        JsonWebSignature inner = new JsonWebSignature();
        inner.setCompactSerialization(binding.get("protected").asString() + "."
                + binding.get("payload").asString() + "."
                + binding.get("signature").asString());
        byte[] hmac = required.get(inner.getHeader("kid"));
        if (hmac == null) {
            return false;
        }
        inner.setKey(new SecretKeySpec(hmac, "HMAC"));
        return inner.verifySignature();
    }

    private Answer order(String account, JSON payload) {
        List<String> hosts = payload.get("identifiers").asArray().stream()
                .map(one -> one.asObject().get("value").asString())
                .toList();
        String replaces = payload.get("replaces").map(JSON.Value::asString).orElse(null);
        Order order = new Order("o" + numbers.incrementAndGet(), account, hosts, replaces);
        for (String host : hosts) {
            Authorization one = new Authorization("a" + numbers.incrementAndGet(), host, order.id);
            authorizations.put(one.id, one);
            order.authorizations.add(one.id);
        }
        orders.put(order.id, order);
        return text(201, order);
    }

    private Answer text(int status, Order order) {
        String identifiers = order.hosts.stream()
                .map(host -> "{\"type\":\"dns\",\"value\":\"" + host + "\"}")
                .collect(Collectors.joining(","));
        String urls = order.authorizations.stream()
                .map(one -> "\"" + url("authorization/" + one) + "\"")
                .collect(Collectors.joining(","));
        String body = "{\"status\":\"" + order.status + "\",\"expires\":\""
                + Instant.now().plusSeconds(86400)
                + "\",\"identifiers\":[" + identifiers + "],\"authorizations\":[" + urls + "],\"finalize\":\""
                + url("finalize/" + order.id) + "\""
                + (order.chain == null ? "" : ",\"certificate\":\"" + url("certificate/" + order.id) + "\"") + "}";
        return json(status, body, "Location", url("order/" + order.id), "Retry-After", "0");
    }

    private String challengeText(Authorization one, String type) {
        return "{\"type\":\"" + type + "\",\"url\":\"" + url("challenge/" + one.id + "/" + type) + "\",\"status\":\""
                + one.status + "\",\"token\":\"token-" + one.id + "\""
                + (one.error == null ? "" : ",\"error\":" + one.error) + "}";
    }

    private Answer text(Authorization one) {
        return json(
                200,
                "{\"status\":\"" + one.status + "\",\"identifier\":{\"type\":\"dns\",\"value\":\"" + one.host
                        + "\"},\"challenges\":[" + challengeText(one, "http-01") + ","
                        + challengeText(one, "tls-alpn-01") + "]}");
    }

    private Answer challenge(Authorization one, String type, PublicJsonWebKey account) throws JoseException {
        triggers.incrementAndGet();
        if (one.status.equals("pending")) {
            String token = "token-" + one.id;
            String wanted = token + "." + account.calculateBase64urlEncodedThumbprint("SHA-256");
            String found = nodes.answer(one.host, token);
            one.status = wanted.equals(found) ? "valid" : "invalid";
            one.error = one.status.equals("valid")
                    ? null
                    : "{\"type\":\"urn:ietf:params:acme:error:connection\",\"detail\":\"found \\\"" + found
                            + "\\\"\\nat " + one.host + "\"}";
            Order order = existing(one.order);
            boolean all = order.authorizations.stream()
                    .allMatch(id -> authorization(id).status.equals("valid"));
            order.status = one.status.equals("invalid") ? "invalid" : all ? "ready" : order.status;
        }
        return json(200, challengeText(one, type));
    }

    private Answer finish(Order order, JSON payload)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        if (!order.status.equals("ready")) {
            return Answer.problem(403, "orderNotReady", "the order is " + order.status, Map.of());
        }
        JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(
                Base64.getUrlDecoder().decode(payload.get("csr").asString()));
        Instant now = Instant.now();
        X500Name name = new X500Name("CN=stub");
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(numbers.incrementAndGet()),
                Date.from(now.minusSeconds(1)),
                Date.from(now.plusSeconds(lifeSeconds)),
                new X500Name("CN=issued"),
                request.getPublicKey());
        Extensions asked =
                Extensions.getInstance(request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                        .getAttrValues()
                        .getObjectAt(0));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                GeneralNames.fromExtensions(asked, Extension.subjectAlternativeName));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(key.getPublic()));
        X509CertificateHolder made =
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()));
        StringWriter pem = new StringWriter();
        AcmeUtils.writeToPem(made.getEncoded(), AcmeUtils.PemLabel.CERTIFICATE, pem);
        order.chain = pem.toString();
        order.status = "valid";
        issued.incrementAndGet();
        return text(200, order);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
