package io.weldr.api.admin;

import java.util.ArrayList;
import java.util.List;

/**
 * Samples of a node or of a pool over time, oldest first.
 *
 * @param atSeconds Unix times, growing
 * @param figures one for each of these times
 */
public record SampleSeries(List<Long> atSeconds, List<Figures> figures) {
    public static final SampleSeries NONE = new SampleSeries(List.of(), List.of());

    public SampleSeries {
        atSeconds = List.copyOf(atSeconds);
        figures = List.copyOf(figures);
    }

    /** One number of each sample, by its place in {@link Figures#all}. */
    public List<Double> column(int place) {
        List<Double> all = new ArrayList<>();
        figures.forEach(each -> all.add(each.all().get(place)));
        return all;
    }
}
