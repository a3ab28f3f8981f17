package io.weldr.it.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** What somebody sees and does in the dashboard of a cluster of three. Each story finds the cluster whole. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardIT {
    private static final List<String> VIEWS = List.of("overview", "traffic", "routing", "history", "explain");

    private final Browser browser = new Browser();
    private final TestCluster cluster;
    private final TestServer origin = TestServer.start();
    private final TestServer other = TestServer.start();

    DashboardIT(@TempDir Path folder) {
        cluster = TestCluster.of(folder, 3);
    }

    @BeforeEach
    void settle() {
        cluster.settle();
        for (TestServer each : List.of(origin, other)) {
            assertThat(cluster.node(1).add(each.url()).status()).isIn(200, 201);
        }
    }

    @AfterEach
    void noComplaints() {
        assertThat(browser.complaints()).isEmpty();
    }

    @AfterAll
    void stop() {
        browser.close();
        cluster.close();
        origin.close();
        other.close();
    }

    private static String dashboard(TestNode node, String view) {
        return node.adminUrl() + "/ui/#/" + view;
    }

    private static String id(TestServer server) {
        return "127.0.0.1:" + server.port();
    }

    private static String row(String id) {
        return "tr[data-row='" + id + "']";
    }

    /** The role of a member, without the rest of its row. */
    private static String role(TestNode node) {
        return row(node.id()) + " .state";
    }

    private JsonNode originOf(TestServer server) throws IOException {
        return new ObjectMapper()
                .readTree(Http.get(cluster.node(1).adminUrl() + "/v1/pools/default/origins/" + id(server)
                                + "?consistency=stale")
                        .body());
    }

    /** Something that each view shows once it has its data. */
    private void awaitView(String view) {
        switch (view) {
            case "overview" -> {
                browser.awaitText("main", "Pool default", "Members side by side", "Certificates that expire next");
                browser.awaitText(row(id(origin)), "up");
                browser.awaitText(row("n3"), "3 voters");
            }
            case "traffic" -> await("plots").until(() -> browser.count(".plot canvas") == 6);
            case "routing" -> browser.awaitText("main", "bound", "every request");
            case "history" -> browser.awaitText(".changes", "origin-added", "member-announced");
            default -> {
                // Again and again: on a busy machine the page may have given up on an answer.
                await("an answer").pollInterval(Duration.ofSeconds(1)).until(() -> {
                    browser.press(".ask input[type='url']", Keys.ENTER);
                    return browser.count(".verdict") == 1;
                });
                browser.awaitText(".verdict", "Route default (match 0) forwards it.");
            }
        }
    }

    @Test
    void eachViewIsForEverybodyAndLoadsNothingFromElsewhere() {
        TestNode node = cluster.node(1);
        assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
        for (String how : List.of("light", "dark", "phone")) {
            browser.prefersDark(how.equals("dark"));
            browser.phone(how.equals("phone"));
            for (String view : VIEWS) {
                browser.open(dashboard(node, view));
                awaitView(view);
                browser.run("document.querySelectorAll('details').forEach(each => { each.open = true })");
                assertThat(browser.accessibilityViolations())
                        .as(view + ", " + how)
                        .isEmpty();
                assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                        .as("the width of " + view + ", " + how)
                        .isEqualTo("true");
                assertThat(browser.loaded()).as(view).isNotEmpty().allMatch(node.adminUrl()::equals);
            }
        }
        browser.prefersDark(false);
        browser.phone(false);
    }

    /** A browser has six connections to a node, and each page that is looked at holds one for its event stream. */
    @Test
    void asManyTabsAsSomebodyLikesShowTheSameNode() {
        for (int i = 0; i < 8; i++) {
            browser.tab();
            browser.open(dashboard(cluster.node(1), "overview"));
            awaitView("overview");
            browser.awaitText(".freshness", "live");
        }
        browser.firstTab();
    }

    @Test
    void aFailoverIsSeenWhileThePageIsOpen() {
        TestNode leader = cluster.awaitLeader();
        TestNode asked = cluster.except(leader).get(0);
        browser.open(dashboard(asked, "overview"));
        browser.awaitText(role(leader), "leader");
        browser.awaitText(".freshness", "live", "leader " + leader.id());
        leader.kill();
        browser.awaitText(role(leader), "missing");
        browser.awaitText("ul.trouble", "Member " + leader.id() + " does not answer");
        TestNode next = cluster.awaitLeader();
        browser.awaitText(role(next), "leader");
        browser.awaitText(".freshness", "leader " + next.id());
        browser.awaitText(row(asked.id()), "no", "without it 1 of 3 voters would be well");

        // Without a quorum it goes on showing what there is, and says how old that is.
        cluster.except(leader, asked).get(0).kill();
        browser.awaitText(".freshness", "no leader");
        browser.awaitText("ul.trouble", "No leader: nothing can be changed", "state is");
        browser.awaitText(row(id(origin)), "up");
        browser.click(row(id(origin)) + " [data-action='drain']");
        browser.click("dialog button.main");
        browser.awaitText("dialog [role='alert']", "leader");
        browser.press("dialog input[name='reason']", Keys.ESCAPE);
        await("no dialog").until(() -> browser.count("dialog") == 0);

        // The node itself dies: what was read stays, and nobody takes it for the present.
        asked.kill();
        browser.awaitText(".freshness", "no contact", asked.id() + " has not answered since", "Others:");
    }

    @Test
    void anOriginIsDrainedByClickAndEnabledByTheKeyboard() throws IOException {
        TestNode node = cluster.node(2);
        browser.open(dashboard(node, "overview"));
        String drain = row(id(origin)) + " [data-action='drain']";
        browser.click(drain);
        browser.awaitText("dialog h2", "Drain " + id(origin));
        browser.type("dialog input[name='time']", "2m");
        browser.type("dialog input[name='reason']", "it's Störung 7");
        browser.awaitText(
                "dialog code", "weldrctl servers set " + id(origin) + " --drain=2m --reason 'it'\\''s Störung 7'");
        assertThat(browser.accessibilityViolations()).isEmpty();
        browser.click("dialog button.main");
        browser.awaitText(row(id(origin)), "draining", "drains until");
        assertThat(originOf(origin).path("admin").asText()).isEqualTo("draining");
        browser.awaitText(".announcement", id(origin) + " drains");

        // The other one is the last: the dialog says what that means, and Escape changes nothing.
        browser.click(row(id(other)) + " [data-action='maintenance']");
        browser.awaitText("dialog", "No other origin of pool default takes requests");
        browser.press("dialog input[name='reason']", Keys.ESCAPE);
        await("no dialog").until(() -> browser.count("dialog") == 0);
        assertThat(originOf(other).path("admin").asText()).isEqualTo("enabled");

        browser.press(row(id(origin)) + " [data-action='enable']", Keys.ENTER);
        browser.press("dialog input[name='reason']", Keys.ENTER);
        browser.awaitText(row(id(origin)), "up");
        await("enabled")
                .untilAsserted(() ->
                        assertThat(originOf(origin).path("admin").asText()).isEqualTo("enabled"));

        browser.click(row(id(origin)) + " [data-action='weight']");
        browser.type("dialog input[name='weight']", "7");
        browser.click("dialog button.main");
        await("the weight")
                .untilAsserted(() ->
                        assertThat(originOf(origin).path("weight").asInt()).isEqualTo(7));

        browser.open(dashboard(node, "history"));
        browser.awaitText(".changes", "it's Störung 7", "local");
        browser.run("document.querySelectorAll('details').forEach(each => { each.open = true })");
        browser.awaitText(".changes " + row("weight"), "1", "7");
        browser.awaitText(".changes " + row("admin"), "enabled", "draining");
    }

    @Test
    void leadershipIsHandedOverByClick() {
        TestNode leader = cluster.awaitLeader();
        TestNode heir = cluster.except(leader).get(0);
        browser.open(dashboard(heir, "overview"));
        browser.click(row(heir.id()) + " [data-action='transfer']");
        browser.awaitText("dialog code", "weldrctl cluster transfer-leader " + heir.id());
        browser.click("dialog button.main");
        browser.awaitText(role(heir), "leader");
        browser.awaitText(".freshness", "leader " + heir.id());
    }

    @Test
    void trafficIsSeenPerPoolAndInPlots() {
        TestNode node = cluster.node(1);
        browser.open(dashboard(node, "overview"));
        await("a share of the requests").untilAsserted(() -> {
            for (int i = 0; i < 20; i++) {
                assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
            }
            assertThat(browser.text(row(id(origin)))).containsPattern("[0-9.]+, [1-9][0-9]* %");
        });
        browser.open(dashboard(node, "traffic"));
        browser.choose(".filters select", "default");
        await("figures for people who do not see the plots")
                .untilAsserted(
                        () -> assertThat(browser.run("return document.querySelector('.plot figcaption')?.textContent"))
                                .asString()
                                .containsPattern("n1: now [0-9.]+, at most [0-9.]+ in the last hour"));
    }
}
