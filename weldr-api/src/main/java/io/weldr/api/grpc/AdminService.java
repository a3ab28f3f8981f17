package io.weldr.api.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.AdminPorts;
import io.weldr.api.admin.Backups;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.ClusterView;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.HistoryPage;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.admin.WaitingBytes;
import io.weldr.api.admin.WatchHub;
import io.weldr.api.admin.Written;
import io.weldr.api.auth.Caller;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.Membership;
import io.weldr.core.port.Traffic;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginRef;
import io.weldr.proto.admin.v1.AddMemberRequest;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.BackupPart;
import io.weldr.proto.admin.v1.BackupRequest;
import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.DoctorReply;
import io.weldr.proto.admin.v1.DoctorRequest;
import io.weldr.proto.admin.v1.GetHealthPolicyRequest;
import io.weldr.proto.admin.v1.GetMemberRequest;
import io.weldr.proto.admin.v1.GetOriginRequest;
import io.weldr.proto.admin.v1.HealthPolicyReply;
import io.weldr.proto.admin.v1.HistoryReply;
import io.weldr.proto.admin.v1.HistoryRequest;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListProbesReply;
import io.weldr.proto.admin.v1.ListProbesRequest;
import io.weldr.proto.admin.v1.MemberReply;
import io.weldr.proto.admin.v1.MembershipReply;
import io.weldr.proto.admin.v1.OriginReply;
import io.weldr.proto.admin.v1.PromoteMemberRequest;
import io.weldr.proto.admin.v1.ReadyReply;
import io.weldr.proto.admin.v1.ReadyRequest;
import io.weldr.proto.admin.v1.RemoveMemberRequest;
import io.weldr.proto.admin.v1.RemoveOriginRequest;
import io.weldr.proto.admin.v1.ReplaceMemberRequest;
import io.weldr.proto.admin.v1.RestartMemberReply;
import io.weldr.proto.admin.v1.RestartMemberRequest;
import io.weldr.proto.admin.v1.SamplesReply;
import io.weldr.proto.admin.v1.SamplesRequest;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import io.weldr.proto.admin.v1.StatsReply;
import io.weldr.proto.admin.v1.StatsRequest;
import io.weldr.proto.admin.v1.SupportReply;
import io.weldr.proto.admin.v1.SupportRequest;
import io.weldr.proto.admin.v1.TransferLeadershipRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import io.weldr.proto.admin.v1.Voter;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code weldr.admin.v1.Admin}: each call asks {@link Admin} and turns what comes back into a message. Any thread. */
final class AdminService extends ResourceService {
    private final AdminPorts ports;
    private final Admin admin;
    private final Census census;
    private final LeaderProbes probes;
    private final Samples samples;
    private final Doctor doctor;
    private final Support support;
    private final Restarts restarts;
    private final Backups backups;
    private final WaitingBytes waiting;
    private final WatchHub hub;
    private final Function<Caller, BooleanSupplier> validity;

    AdminService(
            AdminPorts ports,
            Admin admin,
            Census census,
            LeaderProbes probes,
            Samples samples,
            Doctor doctor,
            Support support,
            Restarts restarts,
            Backups backups,
            WaitingBytes waiting,
            WatchHub hub,
            Function<Caller, BooleanSupplier> validity) {
        super(admin);
        this.ports = ports;
        this.admin = admin;
        this.census = census;
        this.probes = probes;
        this.samples = samples;
        this.doctor = doctor;
        this.support = support;
        this.restarts = restarts;
        this.backups = backups;
        this.waiting = waiting;
        this.hub = hub;
        this.validity = validity;
    }

    @Override
    public void addOrigin(AddOriginRequest request, StreamObserver<OriginReply> observer) {
        answer(observer, () -> {
            refuseRevision(request.getOptions().hasExpectedRevision());
            PoolName pool = Requests.pool(request.getPool());
            return admin.add(
                            pool,
                            Requests.draft(request),
                            request.getMustBeNew(),
                            Requests.options(request.getOptions(), "add", request))
                    .thenApply(written -> reply(pool, written));
        });
    }

    @Override
    public void updateOrigin(UpdateOriginRequest request, StreamObserver<OriginReply> observer) {
        answer(observer, () -> {
            PoolName pool = Requests.pool(request.getPool());
            return admin.update(
                            pool,
                            Requests.origin(request.getOrigin()),
                            Requests.draft(request, ports.clock().instant()),
                            Requests.options(request.getOptions(), "update", request))
                    .thenApply(written -> reply(pool, written));
        });
    }

    @Override
    public void removeOrigin(RemoveOriginRequest request, StreamObserver<OriginReply> observer) {
        answer(observer, () -> {
            PoolName pool = Requests.pool(request.getPool());
            OriginRef origin = Requests.origin(request.getOrigin());
            return admin.remove(pool, origin, Requests.options(request.getOptions(), "remove", request))
                    .thenApply(written -> reply(pool, written));
        });
    }

    private static OriginReply reply(PoolName pool, Written written) {
        OriginReply.Builder reply = OriginReply.newBuilder()
                .setEffect(Wire.effect(written.effect()))
                .setOrigin(Wire.origin(
                        pool,
                        Objects.requireNonNull(written.origin(), "a write of an origin gives one"),
                        written.state()))
                .setRevision(written.revision());
        written.applied().forEach(applied -> reply.addApplied(Wire.applied(applied)));
        return reply.build();
    }

    @Override
    public void listOrigins(ListOriginsRequest request, StreamObserver<ListOriginsReply> observer) {
        answer(observer, () -> {
            PoolName pool = Requests.pool(request.getPool());
            return read(request.getConsistency()).thenApply(view -> {
                ListOriginsReply.Builder reply =
                        ListOriginsReply.newBuilder().setRevision(view.state().revision());
                view.pool(pool).origins().forEach(origin -> reply.addOrigins(Wire.origin(pool, origin, view.state())));
                Duration age = view.age();
                if (age != null) {
                    reply.setAge(Wire.duration(age));
                }
                return reply.build();
            });
        });
    }

    @Override
    public void getOrigin(GetOriginRequest request, StreamObserver<OriginReply> observer) {
        answer(observer, () -> {
            PoolName pool = Requests.pool(request.getPool());
            OriginRef origin = Requests.origin(request.getOrigin());
            return read(request.getConsistency()).thenApply(view -> {
                OriginReply.Builder reply = OriginReply.newBuilder()
                        .setOrigin(Wire.origin(pool, view.origin(pool, origin), view.state()))
                        .setRevision(view.state().revision());
                Duration age = view.age();
                if (age != null) {
                    reply.setAge(Wire.duration(age));
                }
                return reply.build();
            });
        });
    }

    @Override
    public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> observer) {
        answer(
                observer,
                () -> probes.of(Requests.pool(request.getPool())).thenApply(report -> {
                    ListProbesReply.Builder reply = ListProbesReply.newBuilder();
                    MemberId leader = report.leader();
                    if (leader != null) {
                        reply.setLeader(leader.value());
                    }
                    String missing = report.missing();
                    if (missing != null) {
                        reply.setMissing(missing);
                    }
                    report.probes().forEach(probe -> reply.addProbes(Wire.probe(probe)));
                    return reply.build();
                }));
    }

    @Override
    public void getHealthPolicy(GetHealthPolicyRequest request, StreamObserver<HealthPolicyReply> observer) {
        answer(observer, () -> {
            PoolName pool = Requests.pool(request.getPool());
            return read(request.getConsistency()).thenApply(view -> {
                HealthPolicyReply.Builder reply = HealthPolicyReply.newBuilder()
                        .setHealth(HealthMessages.message(view.pool(pool).health()))
                        .setRevision(view.state().revision());
                Duration age = view.age();
                if (age != null) {
                    reply.setAge(Wire.duration(age));
                }
                return reply.build();
            });
        });
    }

    @Override
    public void setHealthPolicy(SetHealthPolicyRequest request, StreamObserver<HealthPolicyReply> observer) {
        answer(observer, () -> {
            refuseRevision(request.getOptions().hasExpectedRevision());
            return admin.setHealth(
                            Requests.pool(request.getPool()),
                            Requests.health(request.getHealth()),
                            before -> before,
                            null,
                            Requests.options(request.getOptions(), "set-health", request))
                    .thenApply(written -> {
                        HealthPolicyReply.Builder reply = HealthPolicyReply.newBuilder()
                                .setHealth(HealthMessages.message(
                                        Objects.requireNonNull(written.health(), "a write of a policy gives one")))
                                .setRevision(written.revision())
                                .setEffect(Wire.effect(written.effect()));
                        written.applied().forEach(applied -> reply.addApplied(Wire.applied(applied)));
                        return reply.build();
                    });
        });
    }

    static void refuseRevision(boolean given) {
        if (given) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "expected_revision: a number",
                            "nothing: only an origin that is there has a revision")
                    .exception();
        }
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchEvent> observer) {
        if (request.hasAfterRevision() && request.getAfterRevision() < 0) {
            observer.onError(Statuses.of(Problem.of(
                    ProblemType.INVALID_VALUE, "after_revision: " + request.getAfterRevision(), "0 or more")));
            return;
        }
        ChangeFilter filter;
        try {
            filter = ChangeFilter.of(request.getKindsList(), request.getName());
        } catch (ProblemException e) {
            observer.onError(Statuses.of(e.problem()));
            return;
        }
        WatchCall.begin(
                hub,
                validity.apply(Calls.caller()),
                (ServerCallStreamObserver<WatchEvent>) observer,
                request.hasAfterRevision() ? request.getAfterRevision() : null,
                filter);
    }

    @Override
    public void history(HistoryRequest request, StreamObserver<HistoryReply> observer) {
        answer(observer, () -> {
            HistoryPage.Query query = Requests.history(request);
            return read(request.getConsistency()).thenApply(view -> {
                HistoryPage page = HistoryPage.of(view.state(), query);
                HistoryReply.Builder reply = HistoryReply.newBuilder()
                        .setOlder(page.older())
                        .setNewer(page.newer())
                        .setRevision(view.state().revision());
                page.changes()
                        .forEach(change ->
                                reply.addChanges(WatchCall.message(new io.weldr.api.admin.WatchEvent.Changed(change))));
                Duration age = view.age();
                if (age != null) {
                    reply.setAge(Wire.duration(age));
                }
                return reply.build();
            });
        });
    }

    @Override
    public void samples(SamplesRequest request, StreamObserver<SamplesReply> observer) {
        answer(observer, () -> samples.all(SampleMessages.question(request)).thenApply(SampleMessages::message));
    }

    @Override
    public void doctor(DoctorRequest request, StreamObserver<DoctorReply> observer) {
        answer(observer, () -> doctor.diagnose().thenApply(DoctorMessages::message));
    }

    @Override
    public void support(SupportRequest request, StreamObserver<SupportReply> observer) {
        answer(observer, () -> {
            MemberId member =
                    request.getMember().isEmpty() ? null : Wire.valid(() -> new MemberId(request.getMember()));
            return support.of(member).thenApply(DoctorMessages::message);
        });
    }

    @Override
    public void backup(BackupRequest request, StreamObserver<BackupPart> observer) {
        CompletionStage<Backups.Taken> taken;
        try {
            taken = backups.take(consistency(request.getConsistency()));
        } catch (ProblemException e) {
            taken = CompletableFuture.failedFuture(e);
        }
        BackupCall.begin((ServerCallStreamObserver<BackupPart>) observer, waiting, taken);
    }

    @Override
    public void ready(ReadyRequest request, StreamObserver<ReadyReply> observer) {
        answer(
                observer,
                () -> CompletableFuture.completedFuture(ReadyReply.newBuilder()
                        .setSelf(ports.status().status().self().value())
                        .addAllReasons(ports.unready().get())
                        .build()));
    }

    @Override
    public void stats(StatsRequest request, StreamObserver<StatsReply> observer) {
        answer(
                observer,
                () -> census.take().thenApply(ClusterView::new).thenApply(cluster -> {
                    Traffic traffic = cluster.traffic();
                    StatsReply.Builder reply = StatsReply.newBuilder()
                            .setClient(Wire.count(traffic.client()))
                            .setServer(Wire.count(traffic.server()));
                    traffic.origins().forEach(origin -> reply.addOrigins(Wire.originCount(origin)));
                    cluster.answered().forEach(id -> reply.addMembers(id.value()));
                    cluster.missing().forEach(id -> reply.addMissing(id.value()));
                    return reply.build();
                }));
    }

    @Override
    public void clusterStatus(ClusterStatusRequest request, StreamObserver<ClusterStatusReply> observer) {
        answer(
                observer,
                () -> census.take().thenApply(ClusterView::new).thenApply(cluster -> {
                    ClusterStatusReply.Builder reply = ClusterStatusReply.newBuilder()
                            .setSelf(ports.status().status().self().value())
                            .setTerm(cluster.term())
                            .setClusterVersion(ports.state().get().version().number());
                    MemberId leader = cluster.leader();
                    if (leader != null) {
                        reply.setLeader(leader.value());
                    }
                    String change = ports.membership().status().change();
                    cluster.lines().forEach(line -> reply.addMembers(Wire.member(line, cluster, change)));
                    if (change != null) {
                        reply.setChange(change);
                    }
                    return reply.build();
                }));
    }

    @Override
    public void getMember(GetMemberRequest request, StreamObserver<MemberReply> observer) {
        answer(observer, () -> {
            MemberId id = Requests.member(request.getId());
            return census.one(id).thenApply(line -> {
                if (line == null) {
                    throw Problems.noSuchMember(id).exception();
                }
                return MemberReply.newBuilder().setMember(Wire.member(line)).build();
            });
        });
    }

    @Override
    public void addMember(AddMemberRequest request, StreamObserver<MembershipReply> observer) {
        answer(
                observer,
                () -> ports.membership().add(Requests.newcomer(request), by()).thenApply(AdminService::reply));
    }

    @Override
    public void removeMember(RemoveMemberRequest request, StreamObserver<MembershipReply> observer) {
        answer(
                observer,
                () -> ports.membership()
                        .remove(Requests.member(request.getId()), Requests.drain(request), by())
                        .thenApply(AdminService::reply));
    }

    @Override
    public void replaceMember(ReplaceMemberRequest request, StreamObserver<MembershipReply> observer) {
        answer(
                observer,
                () -> ports.membership()
                        .replace(
                                Requests.member(request.getLeaver().getId()),
                                Requests.newcomer(request.getNewcomer()),
                                Requests.drain(request.getLeaver()),
                                by())
                        .thenApply(AdminService::reply));
    }

    @Override
    public void promoteMember(PromoteMemberRequest request, StreamObserver<MembershipReply> observer) {
        answer(
                observer,
                () -> ports.membership()
                        .promote(Requests.member(request.getId()), by())
                        .thenApply(AdminService::reply));
    }

    @Override
    public void transferLeadership(TransferLeadershipRequest request, StreamObserver<MembershipReply> observer) {
        answer(
                observer,
                () -> ports.membership()
                        .transferLeadership(request.getTo().isEmpty() ? null : Requests.member(request.getTo()), by())
                        .thenApply(AdminService::reply));
    }

    @Override
    public void restartMember(RestartMemberRequest request, StreamObserver<RestartMemberReply> observer) {
        answer(
                observer,
                () -> restarts.of(Requests.member(request.getId()), ProcessMessages.wish(request, by()))
                        .thenApply(ProcessMessages::message));
    }

    private static Attribution by() {
        return Calls.caller().attribution(Calls.reason());
    }

    private static MembershipReply reply(Membership.Result result) {
        if (result instanceof Membership.Result.Refused refused) {
            throw Problems.of(refused).exception();
        }
        Membership.Result.Done done = (Membership.Result.Done) result;
        MemberId leader = done.status().leader();
        MembershipReply.Builder reply =
                MembershipReply.newBuilder().setChanged(done.changed()).setLeader(leader == null ? "" : leader.value());
        done.status().voters().forEach(voter -> reply.addVoters(message(voter)));
        done.status().learners().forEach(learner -> reply.addLearners(message(learner)));
        return reply.build();
    }

    private static Voter message(ClusterStatus.Voter member) {
        return Voter.newBuilder()
                .setId(member.id().value())
                .setRaftAddress(member.raft().toString())
                .build();
    }

    /** Sends what the stage gives, or the status of its failure. A call that is over by then is left alone. */
    static <T> void answer(StreamObserver<T> observer, Supplier<CompletionStage<T>> ask) {
        ServerCallStreamObserver<T> call = (ServerCallStreamObserver<T>) observer;
        // Without a handler a cancelled call would throw at whoever completes the stage.
        call.setOnCancelHandler(() -> {});
        CompletionStage<T> stage;
        try {
            stage = ask.get();
        } catch (RuntimeException e) {
            call.onError(Statuses.of(e));
            return;
        }
        stage.whenComplete((reply, failure) -> finish(call, reply, failure));
    }

    private static <T> void finish(ServerCallStreamObserver<T> call, T reply, @Nullable Throwable failure) {
        if (call.isCancelled()) {
            return;
        }
        if (failure != null) {
            call.onError(Statuses.of(failure));
            return;
        }
        call.onNext(reply);
        call.onCompleted();
    }
}
