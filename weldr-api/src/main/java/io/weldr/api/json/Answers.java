package io.weldr.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.weldr.api.admin.ListenerBinding;
import io.weldr.api.admin.ProbeReport;
import io.weldr.api.admin.RestartBegun;
import io.weldr.api.admin.WatchEvent;
import io.weldr.api.admin.Written;
import io.weldr.api.admin.Written.Applied;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.Membership.Result.Done;
import io.weldr.core.port.VirtualIpStatus;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.wire.json.ResourceJson;
import io.weldr.wire.resource.HealthPolicies;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of answers. A null member is left out, unless it says something. */
public final class Answers {
    private Answers() {}

    /** Any answer as JSON, for people and programs. */
    public static String text(Object answer) {
        return StrictJson.pretty(answer);
    }

    /** The same on one line, as an event stream needs it. */
    public static String line(Object answer) {
        return StrictJson.line(answer);
    }

    /**
     * {@code GET /}.
     *
     * @param about what answers
     * @param version of the program
     * @param node the id of the node that answers
     */
    public record Index(String about, String version, String node, List<Link> links) {}

    /**
     * How far a member is. {@code appliedIndex} null: it did not answer; {@code missing} and {@code reason} null: it
     * serves by the write.
     *
     * @param member the id of the member
     */
    public record AppliedEntry(
            String member,
            @Nullable Long appliedIndex,
            @Nullable Boolean missing,
            @Nullable String reason) {
        public static @Nullable List<AppliedEntry> of(List<Applied> applied) {
            return applied.isEmpty()
                    ? null
                    : applied.stream()
                            .map(one -> new AppliedEntry(
                                    one.member().value(), one.index(), one.missing() ? true : null, one.reason()))
                            .toList();
        }
    }

    /**
     * One origin. Null for {@code health} and {@code connectionsMax} says that the pool's hold.
     *
     * @param id its id, unique in its pool
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param weight share of requests beside the other origins
     * @param since when the verdict last changed
     * @param reason why the verdict is as it is, for people
     * @param revision the revision of its last change by an operator: its {@code ETag}
     * @param pool the name of its pool
     * @param admin what an operator wants of it
     * @param adminSince since when it drains or is in maintenance, as far as the history reaches back
     * @param drainDeadline until when exchanges under way may finish; null: it does not drain
     * @param up the verdict of the health checks
     * @param host the {@code Host} that it sees: {@code preserve} keeps the client's, {@code rewrite} sets its own
     * @param health its own policy; null: the pool's
     * @param connectionsMax connections of one node to it, 0: no limit; null: as the pool has it
     * @param labels notes of operators
     * @param createdRevision the revision of its addition
     */
    public record OriginEntry(
            String id,
            String url,
            String state,
            int weight,
            String since,
            String reason,
            long revision,
            String pool,
            String admin,
            @Nullable String adminSince,
            @Nullable String drainDeadline,
            boolean up,
            String host,
            @JsonInclude @Nullable Map<String, Object> health,
            int priority,
            @JsonInclude @Nullable Integer connectionsMax,
            Map<String, String> labels,
            long createdRevision,
            @Nullable List<AppliedEntry> applied,
            @Nullable Staleness staleness,
            @Nullable List<Link> links) {

        /**
         * As a read gives it.
         *
         * @param state that the origin is in
         * @param staleness null unless the read was stale
         */
        public static OriginEntry of(PoolName pool, Origin origin, ClusterState state, @Nullable Staleness staleness) {
            return of(pool, origin, state, List.of(), staleness, Link.ofOrigin(pool, origin));
        }

        /** As a write leaves it. */
        public static OriginEntry of(PoolName pool, Origin origin, Written written) {
            return of(pool, origin, written.state(), written.applied(), null, Link.ofOrigin(pool, origin));
        }

        /** As it was. */
        static OriginEntry past(PoolName pool, Origin origin) {
            return of(pool, origin, null, List.of(), null, null);
        }

        private static OriginEntry of(
                PoolName pool,
                Origin origin,
                @Nullable ClusterState state,
                List<Applied> applied,
                @Nullable Staleness staleness,
                @Nullable List<Link> links) {
            return new OriginEntry(
                    origin.id().value(),
                    origin.url().toString(),
                    origin.state(),
                    origin.weight(),
                    origin.verdict().since().toString(),
                    origin.verdict().reason(),
                    origin.modified(),
                    pool.value(),
                    word(origin.admin()),
                    state == null || origin.admin() == AdminState.ENABLED ? null : text(state.adminSince(pool, origin)),
                    text(origin.drainDeadline()),
                    origin.verdict().up(),
                    word(origin.hostPolicy()),
                    origin.health() == null ? null : policy(origin.health()),
                    origin.priority(),
                    origin.connectionsMax(),
                    origin.labels(),
                    origin.created(),
                    AppliedEntry.of(applied),
                    staleness,
                    links);
        }
    }

    /** A health policy, in the words that a request uses. */
    public static Map<String, Object> policy(HealthPolicy policy) {
        return ResourceJson.tree(HealthPolicies.encode(policy));
    }

    /**
     * The last probe of an origin.
     *
     * @param passed whether the probe found the origin well
     * @param latencyMillis from the start of the probe to its end
     * @param askedAt when the leader last asked the other members, because it sees the origin down; null: it has
     *     not
     * @param opinions what the other members found
     * @param silent members that did not answer in time, or could not tell
     */
    public record ProbeEntry(
            String origin,
            String at,
            boolean passed,
            String answer,
            double latencyMillis,
            @Nullable String askedAt,
            @Nullable List<OpinionEntry> opinions,
            @Nullable List<String> silent) {
        static ProbeEntry of(LastProbe probe) {
            LastProbe.Asked asked = probe.asked();
            return new ProbeEntry(
                    probe.origin().value(),
                    probe.at().toString(),
                    probe.passed(),
                    probe.answer(),
                    Math.round(probe.latency().toNanos() / 1000.0) / 1000.0,
                    asked == null ? null : asked.at().toString(),
                    asked == null ? null : OpinionEntry.of(asked),
                    asked == null || asked.opinion().silent().isEmpty()
                            ? null
                            : asked.opinion().silent().stream()
                                    .map(MemberId::value)
                                    .toList());
        }
    }

    /**
     * How an origin looked from a member when the leader asked. {@code counts} false: it never saw the origin up.
     *
     * @param member the id of the member
     * @param passed whether its probe found the origin well
     * @param answer what came of the probe, for people
     * @param counts whether its opinion counts: it has seen the origin up before
     */
    public record OpinionEntry(String member, boolean passed, String answer, boolean counts) {
        static List<OpinionEntry> of(LastProbe.Asked asked) {
            return asked.opinion().opinions().entrySet().stream()
                    .map(one -> new OpinionEntry(
                            one.getKey().value(),
                            one.getValue().result().passed(),
                            one.getValue().result().reason(),
                            one.getValue().counts()))
                    .toList();
        }
    }

    /**
     * {@code GET /v1/pools/{pool}/probes}. {@code missing}: why the leader told nothing.
     *
     * @param leader the id of the leader, which probes; null: none is known
     * @param missing why there are no probes, for people; null: the leader has answered
     */
    public record Probes(
            @JsonInclude @Nullable String leader,
            List<ProbeEntry> probes,
            @Nullable String missing,
            List<Link> links) {
        public static Probes of(ProbeReport report, List<Link> links) {
            MemberId leader = report.leader();
            return new Probes(
                    leader == null ? null : leader.value(),
                    report.probes().stream()
                            .sorted(Comparator.comparing(probe -> probe.origin().value()))
                            .map(ProbeEntry::of)
                            .toList(),
                    report.missing(),
                    links);
        }
    }

    /**
     * A pool's policy, alone.
     *
     * @param pool the name of the pool
     * @param health the policy
     */
    public record HealthAnswer(
            String pool,
            Map<String, Object> health,
            long revision,
            @Nullable Staleness staleness,
            @Nullable List<AppliedEntry> applied,
            List<Link> links) {}

    /**
     * Said by an answer that may be old. {@code secondsSinceLeader} null: this node never heard from a leader.
     *
     * @param secondsSinceLeader since the node had applied all that the leader had committed; null: it never had
     */
    public record Staleness(@JsonInclude @Nullable Double secondsSinceLeader) {}

    /**
     * {@code GET /servers}.
     *
     * @param servers in their order
     */
    public record Servers(
            List<OriginEntry> servers,
            long revision,
            @Nullable Staleness staleness,
            List<Link> links) {}

    /**
     * {@code GET /v1/pools/{pool}/origins}.
     *
     * @param origins in their order
     */
    public record Origins(
            List<OriginEntry> origins,
            long revision,
            @Nullable Staleness staleness,
            List<Link> links) {}

    /**
     * An origin that was removed, as it last stood.
     *
     * @param removed as it last stood
     */
    public record Removed(
            OriginEntry removed, long revision, @Nullable List<AppliedEntry> applied, List<Link> links) {
        public static Removed of(PoolName pool, Origin origin, long revision, List<Applied> applied, List<Link> links) {
            return new Removed(OriginEntry.past(pool, origin), revision, AppliedEntry.of(applied), links);
        }
    }

    /**
     * Counts of one kind.
     *
     * @param success how many succeeded
     * @param failed how many failed
     */
    public record CountEntry(long success, long failed) {}

    /**
     * {@code GET /stats}. {@code ejected}: servers of the default pool that at least one node does not use for now;
     * {@code missing}: members that did not answer in time, so that their numbers are not in it.
     *
     * @param client exchanges with clients
     * @param server attempts at origins
     * @param ejected ids of servers of the default pool that at least one node does not use for now
     * @param missing members that did not answer in time, whose numbers are not in it
     */
    public record Stats(
            CountEntry client, CountEntry server, List<String> ejected, List<String> missing, List<Link> links) {}

    /**
     * An entry of {@code GET /stats/detail}. The port is text, as it always was.
     *
     * @param id the id of the origin
     * @param ip the host of the origin
     * @param port the port of the origin, as text
     */
    public record ServerStats(String id, String ip, String port, long success, long failed) {}

    /**
     * {@code proxy} null: it does not proxy, a witness.
     *
     * @param admin host and port of the HTTP API
     * @param grpc host and port of the gRPC API
     * @param proxy host and port of the listener {@code default}; null: it does not proxy
     * @param raft host and port for its peers
     */
    public record Addresses(
            String admin, String grpc, @Nullable String proxy, String raft) {}

    /**
     * A member of the cluster, with links if it is alone. Of one that is missing only what the log holds is known.
     *
     * @param id the id of the member
     * @param role its role in the consensus; null: it did not answer
     * @param term the latest term that it knows of
     * @param leader the id of the member that it takes for the leader
     * @param commitIndex the last log entry that it knows to be committed
     * @param appliedIndex the last log entry that it has applied
     * @param lag how many committed log entries it has not applied
     * @param startedAt when its process started, by its clock: another time means another process
     * @param ready whether it is ready
     * @param unready why it is not ready; null: it is
     * @param restarting whether it was asked to restart; null: it was not
     * @param serviceManager what starts its process again once it has ended; null: nothing
     * @param drainTimeoutSeconds how long exchanges under way may take when it stops
     * @param version the version of its program
     * @param addresses where it listens
     * @param voter whether its vote counts
     * @param learner whether it gets every entry and has no vote, until it is promoted
     * @param missing whether it did not answer in time
     * @param silentSeconds for how long the leader has not heard from a missing member; null: it has, or nobody leads
     * @param reason why it did not answer
     * @param trouble what is wrong with its consensus part; null: nothing
     * @param virtualIp its virtual IP; null: it has none in its configuration
     * @param stop whether it may be stopped now; null: the other members were not asked
     */
    public record MemberEntry(
            String id,
            @Nullable String role,
            @Nullable Boolean acting,
            @Nullable Long term,
            @Nullable String leader,
            @Nullable Long commitIndex,
            @Nullable Long appliedIndex,
            @Nullable Long lag,
            @Nullable Long routedRevision,
            @Nullable Double uptimeSeconds,
            @Nullable String startedAt,
            @Nullable Boolean ready,
            @Nullable List<String> unready,
            @Nullable Boolean restarting,
            @Nullable String serviceManager,
            @Nullable Double drainTimeoutSeconds,
            @Nullable String version,
            @Nullable Integer supports,
            @Nullable Addresses addresses,
            boolean voter,
            @Nullable Boolean learner,
            @Nullable Boolean witness,
            boolean missing,
            @Nullable Double silentSeconds,
            @Nullable String reason,
            @Nullable String trouble,
            @Nullable VirtualIpEntry virtualIp,
            @Nullable StopEntry stop,
            @Nullable List<Link> links) {}

    /**
     * {@code leftSeconds} null: it does not hold them.
     *
     * @param active whether the member holds the addresses
     * @param leftSeconds how long the kernel keeps the addresses if they are not renewed; null: it does not hold
     *     them
     */
    public record VirtualIpEntry(
            List<String> addresses,
            boolean active,
            double lifetimeSeconds,
            @Nullable Double leftSeconds) {
        public static @Nullable VirtualIpEntry of(@Nullable VirtualIpStatus status) {
            return status == null
                    ? null
                    : new VirtualIpEntry(
                            status.addresses(),
                            status.active(),
                            status.lifetime().toMillis() / 1000.0,
                            status.left() == null ? null : status.left().toMillis() / 1000.0);
        }
    }

    /**
     * Whether a member may be stopped now.
     *
     * @param safe whether the cluster and its clients go on without it
     * @param reason why, for people
     */
    public record StopEntry(boolean safe, String reason) {}

    /**
     * {@code GET /cluster}.
     *
     * @param self the id of the node that answers
     * @param leader the id of the acting leader; null: no member that answered acts as leader
     * @param term the latest term that a member knows of
     * @param clusterVersion which commands the cluster takes
     * @param members by their ids
     */
    public record Cluster(
            String self,
            @JsonInclude @Nullable String leader,
            long term,
            long revision,
            int clusterVersion,
            List<MemberEntry> members,
            List<Link> links) {}

    /**
     * {@code GET /v1/cluster/members}.
     *
     * @param members by their ids
     * @param change the change of the members that is under way; null: none
     */
    public record Members(
            List<MemberEntry> members, @Nullable String change, List<Link> links) {}

    /**
     * A member.
     *
     * @param id the id of the member
     * @param raft host and port for its peers
     */
    public record VoterEntry(String id, String raft) {}

    /**
     * What a change of the members answers.
     *
     * @param changed whether the request changed anything
     * @param leader the id of the leader; null: none is known
     * @param voters the members whose votes count now
     * @param learners the members without a vote
     */
    public record MembershipAnswer(
            boolean changed,
            @JsonInclude @Nullable String leader,
            List<VoterEntry> voters,
            List<VoterEntry> learners,
            List<Link> links) {
        public static MembershipAnswer of(Done done, List<Link> links) {
            MemberId leader = done.status().leader();
            return new MembershipAnswer(
                    done.changed(),
                    leader == null ? null : leader.value(),
                    entries(done.status().voters()),
                    entries(done.status().learners()),
                    links);
        }

        private static List<VoterEntry> entries(List<Voter> members) {
            return members.stream()
                    .map(member ->
                            new VoterEntry(member.id().value(), member.raft().toString()))
                    .toList();
        }
    }

    /**
     * A member stops, so that its service manager starts it again.
     *
     * @param member the id of the member
     * @param changed whether it was not stopping before
     * @param startedAt when the process that stops started
     * @param serviceManager what starts it again
     * @param drainTimeoutSeconds how long exchanges under way may take
     */
    public record RestartAnswer(
            String member,
            boolean changed,
            String startedAt,
            @Nullable String serviceManager,
            double drainTimeoutSeconds,
            List<Link> links) {
        public static RestartAnswer of(RestartBegun begun, List<Link> links) {
            return new RestartAnswer(
                    begun.member().value(),
                    begun.changed(),
                    begun.process().startedAt().toString(),
                    begun.process().serviceManager(),
                    begun.process().drainTimeout().toMillis() / 1000.0,
                    links);
        }
    }

    /**
     * Who asked for a change.
     *
     * @param type what kind of actor
     * @param name the name of the token, certificate or node
     */
    public record ActorEntry(String type, @Nullable String name) {
        static ActorEntry of(Actor actor) {
            return new ActorEntry(word(actor.kind()), actor.name().isEmpty() ? null : actor.name());
        }
    }

    /**
     * One change of the history.
     *
     * @param revision the revision that the change made
     * @param at when it was made
     * @param kind what kind of change
     * @param pool the pool of the origin, or the pool itself
     * @param subject the id of the origin or member, or the name of the pool, listener, route, certificate or
     *     token
     * @param actor who asked for it; null: nobody said so, before cluster version 5
     * @param address where the client came from; null: a node decided it by itself
     * @param reason why, in the words of the client; null: it gave no reason
     */
    public record ChangeEntry(
            long revision,
            String at,
            String kind,
            @Nullable String pool,
            String subject,
            String detail,
            @Nullable OriginEntry origin,
            @Nullable ActorEntry actor,
            @Nullable String address,
            @Nullable String reason) {

        public static ChangeEntry of(Change change) {
            Attribution by = change.by();
            PoolName pool = change.pool();
            Origin origin = change.origin();
            return new ChangeEntry(
                    change.revision(),
                    change.at().toString(),
                    word(change.kind()),
                    pool == null ? null : pool.value(),
                    change.subject(),
                    change.detail(),
                    origin == null || pool == null ? null : OriginEntry.past(pool, origin),
                    by == null ? null : ActorEntry.of(by.actor()),
                    by == null ? null : by.address(),
                    by == null ? null : by.reason());
        }
    }

    /**
     * {@code GET /v1/history}.
     *
     * @param changes oldest first
     */
    public record History(
            List<ChangeEntry> changes,
            long revision,
            @Nullable Staleness staleness,
            List<Link> links) {}

    /**
     * The data of a {@code resync} event.
     *
     * @param revision the revision after which changes follow
     * @param reason why changes before this revision are not in the stream
     */
    public record ResyncEntry(long revision, String reason, List<Link> links) {
        public static ResyncEntry of(WatchEvent.Resync resync) {
            return new ResyncEntry(resync.revision(), resync.reason(), List.of(Link.get("state", "/servers")));
        }
    }

    /**
     * What a member has made of a listener. {@code state} is {@code unknown} if the member did not tell, and the
     * reason says why.
     *
     * @param member the id of the member
     * @param state {@code unknown}: the member did not tell, and the reason says why
     * @param reason what is wrong, for people; null: nothing
     */
    public record ConditionEntry(
            String member,
            String state,
            @Nullable String address,
            @Nullable String reason,
            @Nullable String since,
            @Nullable Integer connections) {
        public static ConditionEntry of(ListenerBinding binding) {
            ListenerCondition condition = binding.condition();
            String member = binding.member().value();
            return condition == null
                    ? new ConditionEntry(member, "unknown", null, binding.missing(), null, null)
                    : new ConditionEntry(
                            member,
                            word(condition.state()),
                            condition.address(),
                            condition.reason().isEmpty() ? null : condition.reason(),
                            condition.since().toString(),
                            condition.connections());
        }
    }

    /**
     * {@code /livez}, {@code /readyz}, {@code /leader}. {@code listeners} and {@code certificates}: those that the
     * node cannot bind or load. {@code tls}: what speaks TLS with clients.
     *
     * @param status what was asked, and holds
     * @param node the id of the node
     * @param role its role in the consensus
     * @param term the latest term that it knows of
     * @param revision the revision of the state that it has applied
     * @param appliedIndex the last log entry that it has applied
     * @param leader the id of the member that it takes for the leader
     * @param trouble what is wrong with its consensus part
     * @param witness whether it votes and does not proxy
     * @param listeners listeners that it cannot bind
     * @param certificates certificates that it cannot load
     * @param tls which library speaks TLS with clients
     * @param reasons why it is not ready
     */
    public record Probe(
            String status,
            String node,
            @Nullable String role,
            @Nullable Long term,
            @Nullable Long revision,
            @Nullable Long appliedIndex,
            @Nullable String leader,
            @Nullable String trouble,
            @Nullable Boolean witness,
            @Nullable List<String> listeners,
            @Nullable List<String> certificates,
            @Nullable String tls,
            @Nullable List<String> reasons) {}

    /**
     * RFC 9457.
     *
     * @param type names the kind of problem, and is stable
     * @param title the same words for every problem of the type
     * @param status the status of the answer
     * @param detail one line for people
     * @param found what was there
     * @param expected what should have been there
     * @param retryAfterSeconds when the same request may fare better; null: not by waiting
     * @param trouble what is wrong with the consensus part of the node
     */
    public record ProblemBody(
            String type,
            String title,
            int status,
            String detail,
            String found,
            String expected,
            @JsonProperty("retryAfterSeconds") @Nullable Long retryAfterSeconds,
            @Nullable String trouble) {

        public static ProblemBody of(Problem problem) {
            ProblemType type = problem.type();
            return new ProblemBody(
                    ProblemType.URN + type.slug(),
                    type.title(),
                    type.httpStatus(),
                    problem.detail(),
                    problem.found(),
                    problem.expected(),
                    type.retryAfter() == null ? null : type.retryAfter().toSeconds(),
                    null);
        }

        /** The same with what troubles the consensus part of the node; null: nothing does. */
        public ProblemBody with(@Nullable String nodeTrouble) {
            return new ProblemBody(type, title, status, detail, found, expected, retryAfterSeconds, nodeTrouble);
        }
    }

    /** A constant in the words of the API: {@code origin-added}. */
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
