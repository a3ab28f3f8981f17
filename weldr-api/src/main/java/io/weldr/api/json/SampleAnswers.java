package io.weldr.api.json;

import io.weldr.api.admin.Figures;
import io.weldr.api.admin.MemberSamples;
import io.weldr.api.admin.Sample;
import io.weldr.api.admin.SampleSeries;
import io.weldr.api.admin.Samples;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/samples}. A number that is not known is left out, or null within a series.
 *
 * @param intervalSeconds the time between two samples
 * @param members one for each member that proxies
 */
public record SampleAnswers(long intervalSeconds, List<MemberEntry> members, List<Link> links) {
    public static final String PATH = "/v1/samples";

    public static SampleAnswers of(List<MemberSamples> members) {
        return new SampleAnswers(
                Samples.INTERVAL.toSeconds(),
                members.stream().map(MemberEntry::of).toList(),
                List.of(Link.get("self", PATH), Link.get("stats", "/stats")));
    }

    /**
     * What a member has measured; {@code missing}: why it told nothing.
     *
     * @param member the id of the member
     * @param at the Unix time of the latest sample
     * @param now the latest sample of the node as a whole
     * @param pools the latest sample of each pool
     * @param series the last hour; null: it was not asked for
     */
    public record MemberEntry(
            String member,
            @Nullable Long at,
            @Nullable Long ageSeconds,
            @Nullable FiguresEntry now,
            @Nullable List<PoolEntry> pools,
            @Nullable SeriesEntry series,
            @Nullable String missing) {
        static MemberEntry of(MemberSamples samples) {
            Sample latest = samples.latest();
            SampleSeries series = samples.series();
            return new MemberEntry(
                    samples.member().value(),
                    latest == null ? null : latest.atSeconds(),
                    samples.age() == null ? null : samples.age().toSeconds(),
                    latest == null ? null : FiguresEntry.of(latest.node()),
                    latest == null
                            ? null
                            : latest.pools().stream().map(PoolEntry::of).toList(),
                    series == null ? null : SeriesEntry.of(series),
                    samples.missing());
        }
    }

    /**
     * What is measured over one interval.
     *
     * @param requestsPerSecond of a node: exchanges; of a pool: attempts at its origins
     * @param errorsPerSecond of a node: exchanges that failed; of a pool: attempts that failed or were answered
     *     5xx
     * @param p50Millis half of them took at most this time
     * @param p99Millis 99 % of them took at most this time
     * @param inFlight how many were under way
     * @param queued how many waited for a connection to an origin
     */
    public record FiguresEntry(
            @Nullable Double requestsPerSecond,
            @Nullable Double errorsPerSecond,
            @Nullable Double p50Millis,
            @Nullable Double p99Millis,
            @Nullable Double inFlight,
            @Nullable Double queued) {
        static FiguresEntry of(Figures figures) {
            return new FiguresEntry(
                    rounded(figures.requestsPerSecond()),
                    rounded(figures.errorsPerSecond()),
                    rounded(figures.p50Millis()),
                    rounded(figures.p99Millis()),
                    rounded(figures.inFlight()),
                    rounded(figures.queued()));
        }
    }

    /**
     * The same of one pool.
     *
     * @param pool the name of the pool
     * @param requestsPerSecond attempts at its origins
     * @param errorsPerSecond attempts that failed or were answered 5xx
     * @param p50Millis half of the attempts took at most this time
     * @param p99Millis 99 % of the attempts took at most this time
     * @param inFlight how many were under way
     * @param queued how many waited for a connection
     * @param origins its origins
     */
    public record PoolEntry(
            String pool,
            @Nullable Double requestsPerSecond,
            @Nullable Double errorsPerSecond,
            @Nullable Double p50Millis,
            @Nullable Double p99Millis,
            @Nullable Double inFlight,
            @Nullable Double queued,
            List<OriginEntry> origins) {
        static PoolEntry of(Sample.OfPool pool) {
            FiguresEntry figures = FiguresEntry.of(pool.figures());
            return new PoolEntry(
                    pool.pool().value(),
                    figures.requestsPerSecond(),
                    figures.errorsPerSecond(),
                    figures.p50Millis(),
                    figures.p99Millis(),
                    figures.inFlight(),
                    figures.queued(),
                    pool.origins().stream().map(OriginEntry::of).toList());
        }
    }

    /**
     * The same of one origin.
     *
     * @param id the id of the origin
     * @param inFlight exchanges that hold a connection to it
     * @param queued exchanges that wait for one
     * @param connections of this member to it
     */
    public record OriginEntry(
            String id,
            @Nullable Double requestsPerSecond,
            @Nullable Double errorsPerSecond,
            int inFlight,
            int queued,
            int connections,
            boolean ejected) {
        static OriginEntry of(Sample.OfOrigin origin) {
            return new OriginEntry(
                    origin.origin().value(),
                    rounded(origin.requestsPerSecond()),
                    rounded(origin.errorsPerSecond()),
                    origin.inFlight(),
                    origin.queued(),
                    origin.connections(),
                    origin.ejected());
        }
    }

    /**
     * Columns: the times, and each number at these times.
     *
     * @param requestsPerSecond requests in a second, at each of these times; null: not known
     * @param errorsPerSecond errors in a second, at each of these times; null: not known
     * @param p50Millis the time that half of the requests took at most, at each of these times; null: not known
     * @param p99Millis the time that 99 % of the requests took at most, at each of these times; null: not known
     * @param inFlight requests under way, at each of these times; null: not known
     * @param queued requests that waited for a connection to an origin, at each of these times; null: not known
     */
    public record SeriesEntry(
            List<Long> at,
            List<@Nullable Double> requestsPerSecond,
            List<@Nullable Double> errorsPerSecond,
            List<@Nullable Double> p50Millis,
            List<@Nullable Double> p99Millis,
            List<@Nullable Double> inFlight,
            List<@Nullable Double> queued) {
        static SeriesEntry of(SampleSeries series) {
            return new SeriesEntry(
                    series.atSeconds(),
                    column(series, 0),
                    column(series, 1),
                    column(series, 2),
                    column(series, 3),
                    column(series, 4),
                    column(series, 5));
        }

        private static List<@Nullable Double> column(SampleSeries series, int place) {
            List<@Nullable Double> all = new java.util.ArrayList<>();
            series.column(place).forEach(value -> all.add(rounded(value)));
            return all;
        }
    }

    private static @Nullable Double rounded(double value) {
        return Double.isNaN(value) ? null : Math.round(value * 1000) / 1000.0;
    }
}
