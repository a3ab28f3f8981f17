package io.weldr.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
}
