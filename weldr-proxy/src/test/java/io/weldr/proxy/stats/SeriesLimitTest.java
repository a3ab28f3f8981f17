package io.weldr.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class SeriesLimitTest {

    private final SeriesLimit limit = new SeriesLimit(2);

    @Test
    void thoseThatComeFirstStayAndLaterOnesAreRefused() {
        assertThat(limit.admits("a")).isTrue();
        assertThat(limit.admits("b")).isTrue();
        assertThat(limit.admits("a")).isTrue();
        assertThat(limit.admits("c")).isFalse();
        assertThat(limit.refused()).isEqualTo(1);
    }

    @Test
    void thePlaceOfOneThatIsGoneIsGivenToAnother() {
        limit.admits("a");
        limit.admits("b");
        limit.retain("b"::equals);
        assertThat(limit.admits("c")).isTrue();
        assertThat(limit.admits("d")).isFalse();
    }

    @Test
    void whatIsTooManyIsCountedInOneCell() {
        HttpCells cells = new HttpCells(limit);
        cells.of("l", "r1", "p");
        cells.of("l", "r2", "p");
        HttpCell rest = cells.of("l", "r3", "p");
        assertThat(cells.of("l", "r4", "p")).isSameAs(rest);
        assertThat(cells.all()).hasSize(3).containsKey(new HttpCell.Key("other", "other", "other"));
        cells.retain(key -> false);
        assertThat(cells.all()).as("only what was counted together").hasSize(1);
    }

    @Test
    void countingARequestAllocatesNothing() {
        HttpCell cell = new HttpCells(limit).of("l", "r", "p");
        int requests = 10_000;
        long before = allocatedBytes();
        for (int i = 0; i < requests; i++) {
            cell.ended(200, i * 1000L, null);
        }
        assertThat(allocatedBytes() - before).as("bytes of all of them").isLessThan(requests);
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @Test
    void aRequestIsCountedByTheClassOfItsStatus() {
        HttpCell cell = new HttpCells(limit).of("l", "r", "p");
        for (int status : new int[] {0, 101, 200, 299, 304, 404, 503}) {
            cell.ended(status, 0, null);
        }
        assertThat(java.util.stream.IntStream.range(0, HttpCell.classes())
                        .mapToObj(i -> HttpCell.label(i) + cell.count(i)))
                .containsExactly("none1", "1xx1", "2xx2", "3xx1", "4xx1", "5xx1");
    }
}
