package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.weldr.proto.admin.v1.Figures;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.MemberSamples;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginSample;
import io.weldr.proto.admin.v1.PoolSample;
import io.weldr.proto.admin.v1.Sample;
import io.weldr.proto.admin.v1.SamplesReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What weldrctl top makes of what the members tell. */
class TrafficTest {
    private static Figures figures(double requests, double errors, double p99) {
        return Figures.newBuilder()
                .setRequestsPerSecond(requests)
                .setErrorsPerSecond(errors)
                .setInFlight(2)
                .setP50Millis(Double.NaN)
                .setP99Millis(p99)
                .build();
    }

    private static MemberSamples member(String id, long ageSeconds, double web, double shop, double p99) {
        return MemberSamples.newBuilder()
                .setMember(id)
                .setAge(Duration.newBuilder().setSeconds(ageSeconds))
                .setLatest(Sample.newBuilder()
                        .setNode(figures(web + shop, 0.5, p99))
                        .addPools(PoolSample.newBuilder()
                                .setPool("web")
                                .setFigures(figures(web, 0, p99))
                                .addOrigins(OriginSample.newBuilder()
                                        .setOrigin("a:80")
                                        .setRequestsPerSecond(web)
                                        .setInFlight(2)
                                        .setEjected(id.equals("n2"))))
                        .addPools(PoolSample.newBuilder().setPool("shop").setFigures(figures(shop, 1, p99))))
                .build();
    }

    private static final SamplesReply SAMPLES = SamplesReply.newBuilder()
            .addMembers(member("n1", 3, 10, 4, 7))
            .addMembers(member("n2", 8, 20, 6, 40))
            .addMembers(MemberSamples.newBuilder().setMember("n3").setMissing("no answer in time"))
            .build();

    private static final Map<String, ListOriginsReply> STATES = Map.of(
            "web",
            ListOriginsReply.newBuilder()
                    .addOrigins(Origin.newBuilder().setId("a:80").setState("up"))
                    .addOrigins(Origin.newBuilder().setId("b:80").setState("down"))
                    .setAge(Duration.newBuilder().setSeconds(40))
                    .build());

    private static List<String> names(Traffic.Order order) {
        return Traffic.of(SAMPLES, STATES, order).pools().stream()
                .map(pool -> pool.row().name)
                .toList();
    }

    @Test
    void numbersOfAllMembersAreAddedUp() {
        Traffic traffic = Traffic.of(SAMPLES, STATES, Traffic.Order.requests);
        assertThat(traffic.rows(null))
                .containsExactly(
                        List.of("web", "1/2 up", "30.0", "0.0", "4", "0", "-", "40.0"),
                        List.of("  a:80", "up, ejected by 1", "30.0", "0.0", "4", "0", "-", "-"),
                        List.of("  b:80", "down", "0.0", "0.0", "0", "0", "-", "-"),
                        List.of("shop", "", "10.0", "2.0", "4", "0", "-", "40.0"));
        assertThat(traffic.rows("shop")).hasSize(1);
    }

    @Test
    void itSaysHowOldTheNumbersAreAndWhoIsNotInThem() {
        List<String> head = Traffic.of(SAMPLES, STATES, Traffic.Order.requests).head("10.0.0.1:8787");
        assertThat(head)
                .containsExactly(
                        "10.0.0.1:8787  nodes 2 of 3  numbers up to 8 s old  states 40 s old",
                        "clients  40.0 requests/s  1.0 errors/s  in flight 4  p50 - ms  p99 40.0 ms",
                        "n3 is not in the numbers: no answer in time");
        assertThat(Traffic.of(SamplesReply.getDefaultInstance(), Map.of(), Traffic.Order.name)
                        .head("h:1")
                        .get(0))
                .contains("numbers of an unknown age", "states of an unknown age");
    }

    @Test
    void rowsAreSortedAsAsked() {
        assertThat(names(Traffic.Order.requests)).containsExactly("web", "shop");
        assertThat(names(Traffic.Order.errors)).containsExactly("shop", "web");
        assertThat(names(Traffic.Order.name)).containsExactly("shop", "web");
    }

    @Test
    void aScreenIsNoWiderAndNoLongerThanTheTerminal() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            lines.add("line " + i + " \u001b[31m" + "x".repeat(100));
        }
        String screen = TopCommand.screen(lines, new Terminal(20, 10));
        assertThat(screen).startsWith("\u001b[H").endsWith("\u001b[J");
        List<String> drawn = screen.substring(3).lines().toList();
        assertThat(drawn).hasSize(10); // nine lines, and what erases the rest
        assertThat(drawn.subList(0, 9)).allSatisfy(line -> {
            assertThat(line).startsWith("\u001b[K");
            String shown = line.substring(3);
            assertThat(shown.length()).isLessThanOrEqualTo(20);
            assertThat(shown).doesNotContain("\u001b");
        });
        assertThat(drawn.get(8)).isEqualTo("\u001b[K... 22 more lines");
    }

    @Test
    void theSizeOfATerminalIsRead() {
        assertThat(Terminal.parse("50 132\n")).isEqualTo(new Terminal(132, 50));
        assertThat(Terminal.parse("0 0\n")).isEqualTo(new Terminal(80, 24));
        assertThat(Terminal.parse("stty: 'standard input': Inappropriate ioctl\n"))
                .isEqualTo(new Terminal(80, 24));
    }
}
