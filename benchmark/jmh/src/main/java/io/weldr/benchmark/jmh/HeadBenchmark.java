package io.weldr.benchmark.jmh;

import io.weldr.proxy.edit.DateField;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.RequestEditor;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.limits.ProxyLimits;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a head costs: scanned, and scanned and written on with the edits of an intermediary. One request needs one of
 * each side. None of it may allocate: run with {@code -prof gc} to see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HeadBenchmark {

    @Param
    public Heads heads = Heads.TOOL;

    private final RequestHead requestHead = new RequestHead(ProxyLimits.DEFAULTS, false);
    private final ResponseHead responseHead = new ResponseHead(ProxyLimits.DEFAULTS);
    private final RequestEditor requestEditor = new RequestEditor("weldr", true, false);
    private final ResponseEditor responseEditor = new ResponseEditor("weldr", new DateField(Clock.systemUTC()));
    private final HeadWriter writer = new HeadWriter();
    private final RequestId id = new RequestId();
    private final Peer peer = Peer.of(new InetSocketAddress("192.0.2.7", 40_000), false);
    private final byte[] originAuthority = "127.0.0.1:12345".getBytes(StandardCharsets.US_ASCII);
    private byte[] request = new byte[0];
    private byte[] response = new byte[0];
    private long sequence;

    /** Refuses to measure the way of a head that is not taken. */
    @Setup
    public void prepare() {
        request = heads.request();
        response = heads.response();
        if (scanRequest() != Scan.COMPLETE || requestHead.length() != request.length) {
            throw new IllegalStateException(heads + ": request refused, " + requestHead.failure());
        }
        if (scanResponse() != Scan.COMPLETE || responseHead.length() != response.length) {
            throw new IllegalStateException(heads + ": response refused, " + responseHead.failure());
        }
    }

    @Benchmark
    public Scan scanRequest() {
        return requestHead.scan(request, request.length);
    }

    @Benchmark
    public Scan scanResponse() {
        return responseHead.scan(response, response.length);
    }

    @Benchmark
    public int forwardRequest() {
        scanRequest();
        id.set(requestHead, 1, ++sequence);
        requestEditor.write(requestHead, writer, originAuthority, true, HeadPlan.NONE, null, peer, id);
        return writer.length();
    }

    @Benchmark
    public int forwardResponse() {
        scanResponse();
        responseEditor.write(
                responseHead, writer, Persistence.IMPLIED, responseHead.chunked(), false, HeadPlan.NONE, null, id);
        return writer.length();
    }
}
