package io.weldr.api.grpc;

import io.weldr.api.admin.Figures;
import io.weldr.api.admin.MemberSamples;
import io.weldr.api.admin.Sample;
import io.weldr.api.admin.SampleQuestion;
import io.weldr.api.admin.SampleSeries;
import io.weldr.api.admin.Samples;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.MemberId;
import io.weldr.proto.admin.v1.OriginSample;
import io.weldr.proto.admin.v1.PoolSample;
import io.weldr.proto.admin.v1.SamplesReply;
import io.weldr.proto.admin.v1.SamplesRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Samples to messages and back. Pure. */
final class SampleMessages {
    private SampleMessages() {}

    static SampleQuestion question(SamplesRequest request) {
        return Wire.valid(() -> new SampleQuestion(
                !request.getLatestOnly(),
                request.getPool().isEmpty() ? null : new PoolName(request.getPool()),
                request.getAfter()));
    }

    static SamplesRequest message(SampleQuestion question) {
        PoolName pool = question.pool();
        return SamplesRequest.newBuilder()
                .setLatestOnly(!question.series())
                .setPool(pool == null ? "" : pool.value())
                .setAfter(question.afterSeconds())
                .build();
    }

    static SamplesReply message(List<MemberSamples> members) {
        SamplesReply.Builder reply = SamplesReply.newBuilder().setInterval(Wire.duration(Samples.INTERVAL));
        members.forEach(each -> reply.addMembers(message(each)));
        return reply.build();
    }

    static io.weldr.proto.admin.v1.MemberSamples message(MemberSamples samples) {
        var message = io.weldr.proto.admin.v1.MemberSamples.newBuilder()
                .setMember(samples.member().value());
        Sample latest = samples.latest();
        if (latest != null) {
            message.setLatest(message(latest));
        }
        Duration age = samples.age();
        if (age != null) {
            message.setAge(Wire.duration(age));
        }
        SampleSeries series = samples.series();
        if (series != null) {
            message.setSeries(message(series));
        }
        String missing = samples.missing();
        return missing == null ? message.build() : message.setMissing(missing).build();
    }

    private static io.weldr.proto.admin.v1.Sample message(Sample sample) {
        var message = io.weldr.proto.admin.v1.Sample.newBuilder()
                .setAt(sample.atSeconds())
                .setNode(message(sample.node()));
        for (Sample.OfPool pool : sample.pools()) {
            PoolSample.Builder ofPool =
                    PoolSample.newBuilder().setPool(pool.pool().value()).setFigures(message(pool.figures()));
            for (Sample.OfOrigin origin : pool.origins()) {
                ofPool.addOrigins(OriginSample.newBuilder()
                        .setOrigin(origin.origin().value())
                        .setRequestsPerSecond(origin.requestsPerSecond())
                        .setErrorsPerSecond(origin.errorsPerSecond())
                        .setInFlight(origin.inFlight())
                        .setQueued(origin.queued())
                        .setConnections(origin.connections())
                        .setEjected(origin.ejected()));
            }
            message.addPools(ofPool);
        }
        return message.build();
    }

    private static io.weldr.proto.admin.v1.Figures message(Figures figures) {
        return io.weldr.proto.admin.v1.Figures.newBuilder()
                .setRequestsPerSecond(figures.requestsPerSecond())
                .setErrorsPerSecond(figures.errorsPerSecond())
                .setP50Millis(figures.p50Millis())
                .setP99Millis(figures.p99Millis())
                .setInFlight(figures.inFlight())
                .setQueued(figures.queued())
                .build();
    }

    private static io.weldr.proto.admin.v1.SampleSeries message(SampleSeries series) {
        var message = io.weldr.proto.admin.v1.SampleSeries.newBuilder().addAllAt(series.atSeconds());
        for (Figures figures : series.figures()) {
            message.addRequestsPerSecond((float) figures.requestsPerSecond())
                    .addErrorsPerSecond((float) figures.errorsPerSecond())
                    .addP50Millis((float) figures.p50Millis())
                    .addP99Millis((float) figures.p99Millis())
                    .addInFlight((float) figures.inFlight())
                    .addQueued((float) figures.queued());
        }
        return message.build();
    }

    /** What a member told. Throws {@link IllegalArgumentException} if it makes no sense here. */
    static MemberSamples value(io.weldr.proto.admin.v1.MemberSamples message) {
        return new MemberSamples(
                new MemberId(message.getMember()),
                message.hasLatest() ? value(message.getLatest()) : null,
                message.hasAge() ? Wire.duration(message.getAge()) : null,
                message.hasSeries() ? value(message.getSeries()) : null,
                Wire.textOrNull(message.getMissing()));
    }

    private static Sample value(io.weldr.proto.admin.v1.Sample message) {
        List<Sample.OfPool> pools = new ArrayList<>();
        for (PoolSample pool : message.getPoolsList()) {
            List<Sample.OfOrigin> origins = new ArrayList<>();
            for (OriginSample origin : pool.getOriginsList()) {
                origins.add(new Sample.OfOrigin(
                        new OriginId(origin.getOrigin()),
                        origin.getRequestsPerSecond(),
                        origin.getErrorsPerSecond(),
                        origin.getInFlight(),
                        origin.getQueued(),
                        origin.getConnections(),
                        origin.getEjected()));
            }
            pools.add(new Sample.OfPool(new PoolName(pool.getPool()), value(pool.getFigures()), origins));
        }
        return new Sample(message.getAt(), value(message.getNode()), pools);
    }

    private static Figures value(io.weldr.proto.admin.v1.Figures message) {
        return new Figures(
                message.getRequestsPerSecond(),
                message.getErrorsPerSecond(),
                message.getP50Millis(),
                message.getP99Millis(),
                message.getInFlight(),
                message.getQueued());
    }

    private static SampleSeries value(io.weldr.proto.admin.v1.SampleSeries message) {
        List<List<Float>> columns = List.of(
                message.getRequestsPerSecondList(),
                message.getErrorsPerSecondList(),
                message.getP50MillisList(),
                message.getP99MillisList(),
                message.getInFlightList(),
                message.getQueuedList());
        List<Figures> figures = new ArrayList<>();
        for (int i = 0; i < message.getAtCount(); i++) {
            List<Double> row = new ArrayList<>();
            for (List<Float> column : columns) {
                row.add(i < column.size() ? column.get(i).doubleValue() : Double.NaN);
            }
            figures.add(Figures.of(row));
        }
        return new SampleSeries(message.getAtList(), figures);
    }
}
