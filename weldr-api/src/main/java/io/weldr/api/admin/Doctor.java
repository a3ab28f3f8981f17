package io.weldr.api.admin;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Finding;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Has all members look at themselves at the same time, compares what they say, and looks at the state of the cluster.
 * It needs no quorum. Any thread; never blocks.
 */
public final class Doctor {
    /** What is said at the most. More would not be read, and has causes in common. */
    public static final int FINDINGS_MAX = 200;

    /** A member that needs longer to answer counts as missing. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What a member has for its own checks; the rest is for the way. */
    private static final Duration OWN_PATIENCE = Duration.ofMillis(1500);

    private final AdminPorts ports;
    private final Census census;
    private final CheckReporter reporter;
    private final Executor threads = AnswerThreads.pool("weldr-doctor"); // a large state takes milliseconds

    public Doctor(AdminPorts ports, Census census, CheckReporter reporter) {
        this.ports = ports;
        this.census = census;
        this.reporter = reporter;
    }

    /**
     * What came of asking one member.
     *
     * @param checks null: it did not answer
     * @param clock null: it did not answer
     */
    record Answer(
            @Nullable MemberChecks checks,
            @Nullable ClockOffset clock,
            @Nullable String missing) {}

    /** What this node finds of itself. Does not fail. */
    public CompletionStage<MemberChecks> own() {
        Instant received = ports.clock().instant();
        MemberId self = ports.status().status().self();
        return ports.checks()
                .check(OWN_PATIENCE)
                .thenApply(facts -> new MemberChecks(
                        self, received, ports.clock().instant(), ports.unready().get(), facts));
    }

    /** What is wrong with the cluster; at the latest after {@link #PATIENCE} and a moment. Does not fail. */
    public CompletionStage<Diagnosis> diagnose() {
        CompletionStage<List<Census.Line>> reports = census.take();
        List<Census.Asked> everybody = census.everybody();
        MemberId self = ports.status().status().self();
        List<CompletableFuture<Answer>> answers = everybody.stream()
                .map(each -> ask(each, self).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenCombineAsync(
                        reports,
                        (done, lines) -> diagnosis(
                                everybody,
                                answers.stream().map(CompletableFuture::join).toList(),
                                lines),
                        threads);
    }

    private CompletionStage<Answer> ask(Census.Asked asked, MemberId self) {
        if (asked.id().equals(self)) {
            return own().thenApply(checks -> new Answer(checks, ClockOffset.OWN, null));
        }
        Member member = asked.member();
        if (member == null) {
            return CompletableFuture.completedFuture(new Answer(null, null, Census.NO_ADDRESS));
        }
        Instant began = ports.clock().instant();
        long beganNanos = System.nanoTime();
        return reporter.checks(member, PATIENCE).handle((checks, failure) -> {
            if (failure != null) {
                return new Answer(null, null, Census.notReached(asked.id(), failure));
            }
            Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
            return new Answer(checks, ClockOffset.of(began, took, checks.receivedAt(), checks.answeredAt()), null);
        });
    }

    private Diagnosis diagnosis(List<Census.Asked> everybody, List<Answer> answers, List<Census.Line> lines) {
        ClusterStatus status = ports.status().status();
        List<Diagnosis.Patient> members = new ArrayList<>();
        List<MemberChecks> checks = new ArrayList<>();
        for (int i = 0; i < everybody.size(); i++) {
            Member member = everybody.get(i).member();
            Answer answer = answers.get(i);
            members.add(new Diagnosis.Patient(
                    everybody.get(i).id(),
                    member == null || member.version().isEmpty() ? null : member.version(),
                    answer.clock(),
                    answer.missing()));
            if (answer.checks() != null) {
                checks.add(answer.checks());
            }
        }
        List<Finding> all = new ArrayList<>(MemberFindings.of(members, checks, lines));
        all.addAll(SettingFindings.of(checks, status.voters()));
        all.addAll(ClusterFindings.of(
                ports.state().get(),
                status,
                new ClusterView(lines),
                ports.membership().status().change()));
        all.addAll(CertificateFindings.of(ports.state().get(), ports.clock().instant()));
        all.addAll(RouteFindings.of(ports.state().get()));
        all.sort(Comparator.comparing(Finding::severity)); // stable: what belongs together stays together
        int shown = Math.min(all.size(), FINDINGS_MAX);
        return new Diagnosis(
                status.self(), status.sinceLeaderContact(), members, all.subList(0, shown), all.size() - shown);
    }
}
