package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreloadTest {
    static Iterable<Preload.Source> sources() {
        return Preload.SOURCES;
    }

    /** A package that was renamed would be missed in silence. */
    @ParameterizedTest
    @MethodSource("sources")
    void eachPackageHasClassesThatCanBeLoaded(Preload.Source source) {
        for (String one : source.packages()) {
            assertThat(Preload.load(new Preload.Source(source.of(), List.of(one))))
                    .as(one)
                    .isGreaterThan(3);
        }
    }

    private static final AtomicInteger INITIALIZED = new AtomicInteger();

    private static final class Untouched {
        static {
            INITIALIZED.incrementAndGet();
        }
    }

    @Test
    void nothingIsInitialized() {
        Preload.Source here = new Preload.Source(PreloadTest.class, List.of("io.weldr.raft.ratis"));
        assertThat(Preload.load(here)).isGreaterThan(1);
        assertThat(INITIALIZED).hasValue(0);
        new Untouched();
        assertThat(INITIALIZED).hasValue(1);
    }
}
