package io.weldr.api.http;

import io.weldr.api.admin.Explained;
import io.weldr.api.error.ProblemType;
import io.weldr.api.json.Answers;
import io.weldr.api.json.DoctorAnswers;
import io.weldr.api.json.ExplainAnswer;
import io.weldr.api.json.Link;
import io.weldr.api.json.SampleAnswers;
import io.weldr.api.json.SessionAnswer;
import io.weldr.api.json.TokenAnswers;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Finding;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.SentHeads;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Change;
import io.weldr.core.state.Outcome;
import io.weldr.core.token.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the records of answers are called in the OpenAPI document, and what their texts may be. */
final class SchemaNames {
    static final List<String> EFFECTS = words(Outcome.Effect.values());

    private static final Map<Class<?>, String> NAMES = Map.ofEntries(
            Map.entry(Answers.Index.class, "Index"),
            Map.entry(Answers.AppliedEntry.class, "Applied"),
            Map.entry(Answers.OriginEntry.class, "Origin"),
            Map.entry(Answers.ProbeEntry.class, "OriginProbe"),
            Map.entry(Answers.OpinionEntry.class, "OriginOpinion"),
            Map.entry(Answers.Probes.class, "OriginProbes"),
            Map.entry(Answers.HealthAnswer.class, "PoolHealth"),
            Map.entry(Answers.Staleness.class, "Staleness"),
            Map.entry(Answers.Servers.class, "Servers"),
            Map.entry(Answers.Origins.class, "Origins"),
            Map.entry(Answers.Removed.class, "RemovedOrigin"),
            Map.entry(Answers.CountEntry.class, "Count"),
            Map.entry(Answers.Stats.class, "Stats"),
            Map.entry(Answers.ServerStats.class, "ServerStats"),
            Map.entry(Answers.Addresses.class, "MemberAddresses"),
            Map.entry(Answers.MemberEntry.class, "Member"),
            Map.entry(Answers.VirtualIpEntry.class, "VirtualIp"),
            Map.entry(Answers.StopEntry.class, "StopAdvice"),
            Map.entry(Answers.Cluster.class, "Cluster"),
            Map.entry(Answers.Members.class, "Members"),
            Map.entry(Answers.VoterEntry.class, "Voter"),
            Map.entry(Answers.MembershipAnswer.class, "MembershipChange"),
            Map.entry(Answers.RestartAnswer.class, "Restart"),
            Map.entry(Answers.ActorEntry.class, "Actor"),
            Map.entry(Answers.ChangeEntry.class, "Change"),
            Map.entry(Answers.History.class, "History"),
            Map.entry(Answers.ResyncEntry.class, "Resync"),
            Map.entry(Answers.ConditionEntry.class, "ListenerCondition"),
            Map.entry(Answers.Probe.class, "NodeProbe"),
            Map.entry(Answers.ProblemBody.class, "Problem"),
            Map.entry(ofCertificates("IssuedEntry"), "IssuedCertificate"),
            Map.entry(ofCertificates("UsedBy"), "CertificateUse"),
            Map.entry(ofCertificates("OrderEntry"), "AcmeOrder"),
            Map.entry(ofCertificates("ConditionEntry"), "CertificateCondition"),
            Map.entry(ExplainAnswer.class, "Explanation"),
            Map.entry(ExplainAnswer.SentEntry.class, "SentRequest"),
            Map.entry(Explained.PoolChoice.class, "PoolChoice"),
            Map.entry(Explained.OriginChoice.class, "OriginChoice"),
            Map.entry(Explained.Considered.class, "ConsideredRoute"),
            Map.entry(SentHeads.Field.class, "HeaderField"),
            Map.entry(Link.class, "Link"),
            Map.entry(DoctorAnswers.DoctorAnswer.class, "Diagnosis"),
            Map.entry(DoctorAnswers.MemberEntry.class, "CheckedMember"),
            Map.entry(DoctorAnswers.FindingEntry.class, "Finding"),
            Map.entry(DoctorAnswers.SupportAnswer.class, "SupportTexts"),
            Map.entry(DoctorAnswers.TextEntry.class, "SupportText"),
            Map.entry(SampleAnswers.class, "Samples"),
            Map.entry(SampleAnswers.MemberEntry.class, "MemberSamples"),
            Map.entry(SampleAnswers.FiguresEntry.class, "Figures"),
            Map.entry(SampleAnswers.PoolEntry.class, "PoolSample"),
            Map.entry(SampleAnswers.OriginEntry.class, "OriginSample"),
            Map.entry(SampleAnswers.SeriesEntry.class, "SampleSeries"),
            Map.entry(SessionAnswer.class, "Session"),
            Map.entry(TokenAnswers.TokenEntry.class, "Token"),
            Map.entry(TokenAnswers.TokenList.class, "TokenList"),
            Map.entry(TokenAnswers.RemovedToken.class, "RemovedToken"));

    /** Messages of the gRPC API that say the same as a schema, where their names differ. */
    private static final Map<String, String> MESSAGES = Map.ofEntries(
            Map.entry("Member", "MemberStatus"),
            Map.entry("MemberAddresses", "MemberStatus"),
            Map.entry("Cluster", "ClusterStatusReply"),
            Map.entry("Stats", "StatsReply"),
            Map.entry("Members", "ClusterStatusReply"),
            Map.entry("MembershipChange", "MembershipReply"),
            Map.entry("OriginProbes", "ListProbesReply"),
            Map.entry("RemovedOrigin", "OriginReply"),
            Map.entry("Explanation", "ExplainReply"),
            Map.entry("SentRequest", "Sent"),
            Map.entry("ConsideredRoute", "Considered"),
            Map.entry("PoolSample", "Figures"),
            Map.entry("ServerStats", "Count"),
            Map.entry("Samples", "SamplesReply"));

    /** Members that mean the same wherever they are. */
    private static final Map<String, String> EVERYWHERE = Map.ofEntries(
            Map.entry("links", "Related resources"),
            Map.entry("staleness", "Of a stale read: how old it may be"),
            Map.entry("applied", "With wait=applied: how far each member is"),
            Map.entry("revision", "The revision of the state that was read, or that the write made"),
            Map.entry("effect", "What the write did"),
            Map.entry("warnings", "What is odd about it, for people"),
            Map.entry("success", "How many were answered well"),
            Map.entry("failed", "How many were not"));

    private static final List<String> STATES = List.of("up", "down", "draining", "maintenance");

    /** By schema and member. */
    private static final Map<String, List<String>> WORDS = Map.ofEntries(
            Map.entry("Origin.state", STATES),
            Map.entry("OriginChoice.state", STATES),
            Map.entry("Origin.admin", words(AdminState.values())),
            Map.entry("Origin.host", words(HostPolicy.values())),
            Map.entry("Member.role", words(ClusterStatus.Role.values())),
            Map.entry("NodeProbe.status", List.of("live", "ready", "leader")),
            Map.entry("NodeProbe.role", words(ClusterStatus.Role.values())),
            Map.entry("NodeProbe.tls", List.of("boringssl", "jdk")),
            Map.entry("Actor.type", words(Actor.Kind.values())),
            Map.entry("Change.kind", words(Change.Kind.values())),
            Map.entry("ListenerCondition.state", more(words(ListenerCondition.State.values()), "unknown")),
            Map.entry("CertificateCondition.state", more(words(CertificateCondition.State.values()), "unknown")),
            Map.entry("AcmeOrder.state", List.of("waiting", "under-way", "failed")),
            Map.entry("Explanation.action", words(Explained.Action.values())),
            Map.entry("Token.role", words(Role.values())),
            Map.entry("Session.role", words(Role.values())),
            Map.entry("Finding.severity", words(Finding.Severity.values())),
            Map.entry("Link.method", List.of("POST", "PUT", "PATCH", "DELETE")),
            Map.entry(
                    "Problem.type",
                    Arrays.stream(ProblemType.values())
                            .map(type -> ProblemType.URN + type.slug())
                            .toList()));

    private static final Set<String> TIMES = Set.of(
            "since",
            "at",
            "adminSince",
            "drainDeadline",
            "askedAt",
            "notBefore",
            "notAfter",
            "nextTry",
            "expires",
            "ends");

    private SchemaNames() {}

    static String of(Class<?> type) {
        String name = NAMES.get(type);
        if (name == null) {
            throw new IllegalStateException("give a name to the schema of " + type);
        }
        return name;
    }

    /** The message of the gRPC API that says the same as the schema. */
    static String message(String schema) {
        return MESSAGES.getOrDefault(schema, schema);
    }

    static String everywhere(String member) {
        return EVERYWHERE.getOrDefault(member, "");
    }

    /** What the member may be, or null if it is no closed set. */
    static @Nullable List<String> words(String schema, String member) {
        return WORDS.get(schema + "." + member);
    }

    static boolean isTime(String member) {
        return TIMES.contains(member);
    }

    /** A record that only its package sees. */
    static Class<?> ofCertificates(String name) {
        try {
            return Class.forName("io.weldr.api.json.CertificateAnswers$" + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> words(Enum<?>[] values) {
        return Arrays.stream(values).map(Answers::word).toList();
    }

    private static List<String> more(List<String> words, String word) {
        List<String> all = new ArrayList<>(words);
        all.add(word);
        return List.copyOf(all);
    }
}
