package io.weldr.proxy.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.limits.ProxyLimits;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, sections 3.2 and 4.3. */
class TraceContextTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private static TraceContext sampling(double share) {
        return new TraceContext(new TraceLoop(new Tracing(share, trace -> {}, Redaction.NONE), 7));
    }

    private static RequestHead head(String... fields) {
        RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, false);
        StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        byte[] bytes = text.append("\r\n").toString().getBytes(US_ASCII);
        assertThat(head.scan(bytes, bytes.length)).isEqualTo(Scan.COMPLETE);
        return head;
    }

    private static String sent(TraceContext context) {
        HeadWriter out = new HeadWriter().reset();
        context.writeTo(out);
        return new String(out.toBytes(), US_ASCII).strip();
    }

    @Test
    void aSampledTraceIsContinuedWithASpanOfOurOwnForEachTry() {
        TraceContext context = sampling(0);
        context.begin(head("Traceparent: 00-" + TRACE + "-" + PARENT + "-01"));
        assertThat(context.sampled()).isTrue();
        assertThat(context.continued()).isTrue();
        context.nextTry();
        String first = sent(context);
        assertThat(first)
                .matches("traceparent: 00-" + TRACE + "-[0-9a-f]{16}-01")
                .doesNotContain(PARENT);
        context.nextTry();
        assertThat(sent(context))
                .matches("traceparent: 00-" + TRACE + "-[0-9a-f]{16}-01")
                .isNotEqualTo(first);
        assertThat(new ExchangeTrace(context, 0).parentId()).isEqualTo(PARENT);
    }

    @Test
    void aTraceThatIsNotSampledIsPassedOnAsItCame() {
        TraceContext context = sampling(1);
        String came = "traceparent: 00-" + TRACE + "-" + PARENT + "-00";
        context.begin(head(came));
        context.nextTry();
        assertThat(context.sampled()).isFalse();
        assertThat(sent(context)).isEqualTo(came);
    }

    @Test
    void aLaterVersionIsContinuedAsOurs() {
        TraceContext context = sampling(0);
        context.begin(head("traceparent: cc-" + TRACE + "-" + PARENT + "-03-what-the-future-brings"));
        assertThat(context.continued()).isTrue();
        context.nextTry();
        assertThat(sent(context)).matches("traceparent: 00-" + TRACE + "-[0-9a-f]{16}-03");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
                "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g"
            })
    void aBadValueBeginsANewTrace(String value) {
        TraceContext context = sampling(1);
        context.begin(head("traceparent: " + value));
        assertThat(context.continued()).isFalse();
        assertThat(context.sampled()).isTrue();
        context.nextTry();
        assertThat(sent(context))
                .matches("traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                .doesNotContain(TRACE);
        assertThat(new ExchangeTrace(context, 0).parentId()).isEmpty();
    }

    @Test
    void twoParentsAreNone() {
        TraceContext context = sampling(0);
        String line = "traceparent: 00-" + TRACE + "-" + PARENT + "-01";
        context.begin(head(line, line));
        assertThat(context.continued()).isFalse();
        assertThat(sent(context)).endsWith("-00").doesNotContain(TRACE);
    }

    @Test
    void aRequestThatIsNotSampledAllocatesNothing() {
        TraceContext context = sampling(0);
        RequestHead begins = head();
        RequestHead continues = head("traceparent: 00-" + TRACE + "-" + PARENT + "-00");
        HeadWriter out = new HeadWriter();
        int requests = 10_000;
        long before = allocatedBytes();
        for (int i = 0; i < requests; i++) {
            context.begin(i % 2 == 0 ? begins : continues);
            context.nextTry();
            context.writeTo(out.reset());
        }
        assertThat(allocatedBytes() - before).as("bytes of all of them").isLessThan(requests);
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @Test
    void theSampleIsAShareOfThoseThatBegin() {
        TraceContext context = sampling(0.25);
        RequestHead head = head();
        int sampled = 0;
        for (int i = 0; i < 10_000; i++) {
            context.begin(head);
            sampled += context.sampled() ? 1 : 0;
        }
        assertThat(sampled).as("of a fixed seed").isBetween(2300, 2700);
    }
}
