package io.weldr.api.admin;

import io.weldr.api.error.Problems;
import io.weldr.core.port.SupportText;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What goes into a support bundle of one member. It needs no quorum. Any thread; never blocks. */
public final class Support {
    /** A member that needs longer does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final AdminPorts ports;
    private final SupportReporter reporter;
    private final Supplier<String> metrics;
    private final Executor threads = AnswerThreads.pool("weldr-support");

    /** @param metrics what {@code /metrics} of this node shows */
    public Support(AdminPorts ports, SupportReporter reporter, Supplier<String> metrics) {
        this.ports = ports;
        this.reporter = reporter;
        this.metrics = metrics;
    }

    /** What this node tells. */
    public CompletionStage<SupportTexts> own() {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<SupportText> texts = new ArrayList<>(ports.support().texts());
                    texts.add(SupportText.of("metrics.txt", metrics.get()));
                    return new SupportTexts(ports.status().status().self(), texts);
                },
                threads);
    }

    /**
     * What that member tells. Fails with a problem if there is no such member, and with {@link
     * io.weldr.core.port.GatewayException} if it does not answer.
     *
     * @param id null: this node
     */
    public CompletionStage<SupportTexts> of(@Nullable MemberId id) {
        if (id == null || id.equals(ports.status().status().self())) {
            return own();
        }
        Member member = ports.state().get().members().get(id);
        if (member == null) {
            return CompletableFuture.failedFuture(Problems.noSuchMember(id).exception());
        }
        return reporter.support(member, PATIENCE);
    }
}
