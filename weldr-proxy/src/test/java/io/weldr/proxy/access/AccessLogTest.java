package io.weldr.proxy.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AccessLogTest {

    private static void fill(AccessEntry entry) {
        byte[] line = "GET /a\"b\\c".getBytes(US_ASCII);
        System.arraycopy(line, 0, entry.requestLine, 0, line.length);
        entry.requestLineLength = line.length;
        entry.minorVersion = 1;
        entry.client = "192.0.2.1".getBytes(US_ASCII);
        entry.requestId = "id".getBytes(US_ASCII);
        entry.origin = "web:80";
        entry.status = 200;
        entry.bytes = 1234;
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
                .isEqualTo("{\"time\":784111777000,\"client\":\"192.0.2.1\",\"request\":\"GET /a\\\"b\\\\c\","
                        + "\"version\":\"1.1\",\"status\":200,\"bytes\":1234,\"micros\":56,\"firstByteMicros\":-1,"
                        + "\"origin\":\"web:80\",\"id\":\"id\",\"cause\":\"\"}\n");
        assertThat(written(LineFormat.COMMON))
                .isEqualTo("192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a\\\"b\\\\c HTTP/1.1\" 200 1234\n");
    }

    @Test
    void aLogThatCannotKeepUpDropsLinesAndCountsThem() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        OutputStream disk = new OutputStream() {
            @Override
            public void write(int octet) {
                waitForIt();
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                waitForIt();
            }

            private void waitForIt() {
                reached.countDown();
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        AccessLog log = new AccessLog(LineFormat.COMMON, disk);
        AccessLog.Sheet sheet = log.newSheet();
        handOverLine(sheet);
        reached.await(); // the disk has the first line and keeps it
        for (int i = 0; i < 200; i++) {
            handOverLine(sheet);
        }
        assertThat(log.dropped()).as("64 sheets wait").isEqualTo(200 - 64);
        stuck.countDown();
        log.close();
        assertThat(log.written()).isEqualTo(1 + 64);
        assertThat(log.dropped()).isEqualTo(200 - 64);
    }

    private static void handOverLine(AccessLog.Sheet sheet) {
        fill(sheet.entry);
        sheet.add();
        sheet.handOver();
    }
}
