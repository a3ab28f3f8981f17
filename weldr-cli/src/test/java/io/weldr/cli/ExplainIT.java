package io.weldr.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.testkit.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl explain} and {@code weldrctl routes test}, against a real node. */
class ExplainIT {
    @TempDir
    private Path folder;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        run("pools", "add", "shop").done();
        run("servers", "add", "http://127.0.0.1:1", "--pool", "shop", "--id", "a", "--priority", "1")
                .done();
        run(
                        "routes",
                        "add",
                        "cart",
                        "--host",
                        "shop.example",
                        "--path",
                        "/cart",
                        "--header",
                        "x-a=1",
                        "--pool",
                        "shop",
                        "--rewrite-prefix",
                        "/c",
                        "--rewrite-host",
                        "in.example",
                        "--set-request-header",
                        "x-b=2",
                        "--remove-response-header",
                        "server",
                        "--deny",
                        "10.0.0.0/8")
                .done();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Run run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("-e", cluster.node(1).endpoint()));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void aRequestIsFollowedToItsOrigins() {
        String told = run("explain", "GET http://shop.example/cart/7", "-H", "X-A: 1")
                .done()
                .out();
        assertThat(told)
                .contains(
                        "route cart, match 1: to pool shop",
                        "  shop  a  http://127.0.0.1:1  up  weight 1  priority 1",
                        "sends /c/7 to origin a as host in.example with x-b: 2",
                        "response without server")
                .containsPattern("  FIELD +VALUE\n  Host +http://127.0.0.1:1\n  X-Route +cart\n")
                .containsPattern("ROUTE +MATCHES +WHY NOT")
                .containsPattern("cart +yes +-")
                .containsPattern("default +yes +.*cart");
        assertThat(run("explain", "http://shop.example/cart").done().out())
                .startsWith("route default, match 1: to pool default");
        assertThat(run("explain", "POST", "http://shop.example/cart", "-H", "x-a: 1", "--client", "10.1.1.1")
                        .done()
                        .out())
                .startsWith("route cart, match 1: 403, because client 10.1.1.1 is in the denied network 10.0.0.0/8");
        JsonNode json = run("explain", "http://shop.example/cart", "-H", "x-a: 1", "-o", "json")
                .done()
                .json();
        assertThat(json.path("action").asText()).isEqualTo("forward");
        assertThat(json.path("sent").path("target").asText()).isEqualTo("/c");
        assertThat(json.path("sent").path("fields").get(1).toString())
                .isEqualTo("{\"name\":\"X-Route\",\"value\":\"cart\"}");
        assertThat(run("explain", "TRACE http://shop.example/cart", "-H", "X-A: 1")
                        .done()
                        .out())
                .contains("but is answered by the proxy before that: 405 method_not_allowed: not here");
        run("explain", "shop").failed(ExitCode.USAGE, "url", "http://host/path");
        run("explain", "http://a/", "--listener", "none").failed(ExitCode.NOT_FOUND, "no-such-listener");
        run("explain", "http://a/", "-H", "x").failed(ExitCode.USAGE, "'N: V'");
    }

    @Test
    void testsOfRoutesAreRun() throws Exception {
        assertThat(run("routes", "test").done().out()).startsWith("ROUTE");
        Path file = folder.resolve("route.yaml");
        Files.writeString(file, """
                name: old
                hosts: [old.example]
                redirect: {status: 308, host: shop.example}
                tests:
                - url: http://old.example/
                  status: 308
                - url: http://other.example/
                  route: default
                  pool: default
                - url: http://shop.example/cart
                  headers: [{name: x-a, value: "1"}]
                  route: cart
                  pool: shop
                """, UTF_8);
        run("routes", "add", "-f", file.toString()).done();
        assertThat(run("routes", "test", "old").done().out().lines())
                .hasSize(4)
                .filteredOn(line -> line.contains(" ok "))
                .hasSize(3);
        run("routes", "set", "cart", "--unset", "matches").done();
        run("routes", "set", "cart", "--respond", "404", "--unset", "rewrite").done();
        Run failed = run("routes", "test");
        failed.failed(ExitCode.REFUSED, "1 of 3 tests failed");
        assertThat(failed.out()).contains("route old, test 3, on listener default: cannot reach pool shop");
        JsonNode json = run("routes", "test", "-o", "json").json();
        assertThat(json.path("tests").get(2).path("passed").asBoolean(true)).isFalse();
        run("routes", "test", "none").failed(ExitCode.NOT_FOUND, "none");
    }
}
