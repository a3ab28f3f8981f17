package io.weldr.proxy.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AccessLogTest {

    private static void fill(AccessEntry entry) {
        byte[] line = "GET /a\"b\\c".getBytes(US_ASCII);
        entry.text.requestLine(line, 0, line.length, Redaction.NONE);
        entry.text.host("a:80".getBytes(US_ASCII), 0, 4);
        entry.minorVersion = 1;
        entry.listener = "public";
        entry.client = "192.0.2.1".getBytes(US_ASCII);
        entry.requestId = "id".getBytes(US_ASCII);
        entry.origin = "web:80";
        entry.status = 200;
        entry.bytes = 1234;
        entry.bytesReceived = 7;
        entry.queueMicros = 3;
        entry.connectMicros = 4;
        entry.tries = 2;
        entry.revision = 9;
        entry.startedMillis = 784_111_777_000L;
        entry.totalMicros = 56;
        entry.firstByteMicros = -1;
        entry.failure = "";
    }

    private static String written(LineFormat format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(format, out)) {
            AccessLog.Sheet sheet = log.newSheet();
            fill(sheet.entry);
            sheet.add();
            sheet.handOver();
        }
        return out.toString(US_ASCII);
    }

    @Test
    void linesAreJsonOrCommon() {
        assertThat(written(LineFormat.JSON))
                .isEqualTo(
                        "{\"time\":784111777000,\"client\":\"192.0.2.1\",\"listener\":\"public\",\"request\":\"GET /a\\\"b\\\\c\","
                                + "\"version\":\"1.1\",\"status\":200,\"bytes\":1234,\"micros\":56,\"firstByteMicros\":-1,"
                                + "\"bytesReceived\":7,\"requestMicros\":0,\"queueMicros\":3,\"connectMicros\":4,\"tries\":2,"
                                + "\"revision\":9,\"host\":\"a:80\",\"referer\":\"\",\"userAgent\":\"\","
                                + "\"route\":\"\",\"pool\":\"\",\"origin\":\"web:80\",\"id\":\"id\",\"cause\":\"\"}\n");
        assertThat(written(LineFormat.COMMON))
                .isEqualTo("192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a\\\"b\\\\c HTTP/1.1\" 200 1234\n");
    }

    @Test
    void theCombinedFormatHasRefererAndUserAgentToo() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.COMBINED, new Redaction(List.of("token")), out)) {
            AccessLog.Sheet sheet = log.newSheet();
            fill(sheet.entry);
            sheet.add();
            byte[] referer = "https://a/?x=1&token=secret".getBytes(US_ASCII);
            byte[] agent = "curl/8 \"x\"".getBytes(US_ASCII);
            sheet.entry.text.referer(referer, 0, referer.length, sheet.redaction());
            sheet.entry.text.userAgent(agent, 0, agent.length);
            sheet.add();
            sheet.handOver();
        }
        String common = written(LineFormat.COMMON).strip();
        assertThat(out.toString(US_ASCII).lines())
                .containsExactly(
                        common + " \"-\" \"-\"", common + " \"https://a/?x=1&token=***\" \"curl/8 \\\"x\\\"\"");
    }

    @Test
    void onlyJsonHasALineWhereATunnelBegins() {
        for (LineFormat format : LineFormat.values()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (AccessLog log = new AccessLog(format, out)) {
                AccessLog.Sheet sheet = log.newSheet();
                fill(sheet.entry);
                sheet.entry.event = AccessEntry.Event.TUNNEL_BEGIN;
                sheet.add();
                sheet.handOver();
            }
            String line = out.toString(US_ASCII);
            if (format == LineFormat.JSON) {
                assertThat(line).contains(",\"version\":\"1.1\",\"event\":\"tunnel_begin\",\"status\":200,");
            } else {
                assertThat(line).isEmpty();
            }
        }
    }

    @Test
    void aTcpConnectionHasALineOfItsOwnKind() {
        assertThat(writtenTcp(LineFormat.JSON))
                .isEqualTo(
                        "{\"time\":784111777000,\"client\":\"192.0.2.1\",\"listener\":\"public\",\"protocol\":\"tcp\","
                                + "\"bytes\":1234,\"bytesReceived\":7,\"micros\":56,\"pool\":\"\",\"origin\":\"web:80\",\"cause\":\"\"}\n");
        assertThat(writtenTcp(LineFormat.COMMON))
                .isEqualTo("192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"TCP public\" - 1234\n");
    }

    private static String writtenTcp(LineFormat format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(format, out)) {
            AccessLog.Sheet sheet = log.newSheet();
            fill(sheet.entry);
            sheet.entry.protocol = AccessEntry.Protocol.TCP;
            sheet.entry.bytesReceived = 7;
            sheet.add();
            sheet.handOver();
        }
        return out.toString(US_ASCII);
    }

    /** A disk that keeps the first write, and each that follows, until it is told to go on. */
    private static final class StalledDisk extends ByteArrayOutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            reached.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            super.write(bytes, from, length);
        }
    }

    @Test
    void aStalledReaderCostsNoLineOfManyWorkersUntilTheBytesAreUsedUp() throws Exception {
        int workers = 8;
        int linesOfEach = 15_000;
        String line = written(LineFormat.COMMON);
        long fitting = AccessLog.WAITING_BYTES_MAX / (line.length() + AccessLog.PAGE_OVERHEAD_BYTES);
        long tooMany = (long) workers * linesOfEach - fitting;
        assertThat(tooMany).isPositive();
        StalledDisk disk = new StalledDisk();
        AccessLog log = new AccessLog(LineFormat.COMMON, disk);
        try (log) {
            AccessLog.Sheet first = log.newSheet();
            handOverLine(first);
            disk.reached.await(); // the disk has the first line and keeps it: no other page leaves the queue
            inParallel(workers, () -> {
                AccessLog.Sheet sheet = log.newSheet();
                for (int i = 0; i < linesOfEach; i++) {
                    handOverLine(sheet); // a page with one line, as a worker with little traffic hands over
                }
            });
            assertThat(log.dropped()).isEqualTo(1 + tooMany);
            disk.goOn.countDown();
        }
        assertThat(log.written()).isEqualTo(fitting);
        assertThat(log.dropped()).isEqualTo(1 + tooMany);
        assertThat(disk.toString(US_ASCII)).isEqualTo(line.repeat((int) fitting));
    }

    @Test
    void twentyThousandLinesWaitForAStalledReader() {
        int usual = written(LineFormat.JSON).length() - "web:80".length();
        String longName = "o".repeat(500 - usual); // so that every line has 500 bytes
        StalledDisk disk = new StalledDisk();
        AccessLog log = new AccessLog(LineFormat.JSON, disk);
        try (log) {
            List<AccessLog.Sheet> sheets =
                    Stream.generate(log::newSheet).limit(8).toList();
            for (int i = 0; i < 20_000; i++) {
                AccessLog.Sheet sheet = sheets.get(i % sheets.size());
                fill(sheet.entry);
                sheet.entry.origin = longName;
                sheet.add();
                sheet.handOver();
            }
            assertThat(log.dropped()).isZero();
            disk.goOn.countDown();
        }
        assertThat(log.written()).isEqualTo(20_000);
        assertThat(disk.toString(US_ASCII).lines()).hasSize(20_000).allMatch(line -> line.length() == 500 - 1);
    }

    @Test
    void aLineThatCannotBeWrittenIsCountedAndNotWrittenLater() {
        AtomicBoolean full = new AtomicBoolean(true);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        OutputStream disk = new OutputStream() {
            @Override
            public void write(int octet) {
                throw new AssertionError("lines come in batches");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (full.get()) {
                    throw new IOException("No space left on device");
                }
                written.write(bytes, from, length);
            }
        };
        AccessLog log = new AccessLog(LineFormat.COMMON, disk);
        try (log) {
            AccessLog.Sheet sheet = log.newSheet();
            handOverLine(sheet);
            await().until(() -> log.dropped() == 1);
            full.set(false);
            handOverLine(sheet);
        }
        assertThat(log.written()).isEqualTo(1);
        assertThat(log.dropped()).isEqualTo(1);
        assertThat(written.toString(US_ASCII)).isEqualTo(written(LineFormat.COMMON));
    }

    @Test
    void linesHandedOverAfterTheEndAreCounted() {
        ByteArrayOutputStream disk = new ByteArrayOutputStream();
        AccessLog log = new AccessLog(LineFormat.COMMON, disk);
        AccessLog.Sheet sheet = log.newSheet();
        handOverLine(sheet);
        log.close();
        handOverLine(sheet);
        assertThat(log.written()).isEqualTo(1);
        assertThat(log.dropped()).isEqualTo(1);
        assertThat(disk.toString(US_ASCII)).isEqualTo(written(LineFormat.COMMON));
    }

    @Test
    void aBusyWorkerHandsOverBeforeItsSheetIsFull() {
        ByteArrayOutputStream disk = new ByteArrayOutputStream();
        AccessLog log = new AccessLog(LineFormat.COMMON, disk);
        try (log) {
            AccessLog.Sheet sheet = log.newSheet();
            for (int i = 0; i < 5_000; i++) {
                fill(sheet.entry);
                sheet.add();
            }
            sheet.handOver();
        }
        assertThat(log.written()).isEqualTo(5_000);
        assertThat(disk.toString(US_ASCII)).isEqualTo(written(LineFormat.COMMON).repeat(5_000));
    }

    private static void inParallel(int threads, Runnable task) throws InterruptedException {
        List<Thread> running =
                Stream.generate(() -> new Thread(task)).limit(threads).toList();
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join();
        }
    }

    private static void handOverLine(AccessLog.Sheet sheet) {
        fill(sheet.entry);
        sheet.add();
        sheet.handOver();
    }
}
