package io.weldr.api.grpc;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.admin.ResourceWritten;
import io.weldr.api.admin.View;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.state.Condition;
import io.weldr.core.token.TokenName;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.CertificateReply;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.CreateCertificateRequest;
import io.weldr.proto.admin.v1.CreateListenerRequest;
import io.weldr.proto.admin.v1.CreatePoolRequest;
import io.weldr.proto.admin.v1.CreateRouteRequest;
import io.weldr.proto.admin.v1.CreateTokenRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.ExplainReply;
import io.weldr.proto.admin.v1.ExplainRequest;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListCertificatesReply;
import io.weldr.proto.admin.v1.ListListenersReply;
import io.weldr.proto.admin.v1.ListPoolsReply;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.ListRoutesReply;
import io.weldr.proto.admin.v1.ListTokensReply;
import io.weldr.proto.admin.v1.ListTokensRequest;
import io.weldr.proto.admin.v1.ListenerReply;
import io.weldr.proto.admin.v1.PoolReply;
import io.weldr.proto.admin.v1.RouteReply;
import io.weldr.proto.admin.v1.TokenReply;
import io.weldr.proto.admin.v1.UpdateCertificateRequest;
import io.weldr.proto.admin.v1.UpdateListenerRequest;
import io.weldr.proto.admin.v1.UpdatePoolRequest;
import io.weldr.proto.admin.v1.UpdateRouteRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The calls on pools, listeners, routes and certificates. Their messages differ in names only: {@link ResourceMessages}
 * reads and writes them by their descriptors, for every row of {@link ResourceKind}. Any thread.
 */
abstract class ResourceService extends AdminGrpc.AdminImplBase {
    private final Admin admin;

    ResourceService(Admin admin) {
        this.admin = admin;
    }

    @Override
    public void listPools(ListResourcesRequest request, StreamObserver<ListPoolsReply> observer) {
        list(ResourceKind.POOL, request, ListPoolsReply.getDefaultInstance(), observer);
    }

    @Override
    public void getPool(GetResourceRequest request, StreamObserver<PoolReply> observer) {
        get(ResourceKind.POOL, request, PoolReply.getDefaultInstance(), observer);
    }

    @Override
    public void createPool(CreatePoolRequest request, StreamObserver<PoolReply> observer) {
        create(ResourceKind.POOL, request, PoolReply.getDefaultInstance(), observer);
    }

    @Override
    public void updatePool(UpdatePoolRequest request, StreamObserver<PoolReply> observer) {
        update(ResourceKind.POOL, request, PoolReply.getDefaultInstance(), observer);
    }

    @Override
    public void deletePool(DeleteResourceRequest request, StreamObserver<PoolReply> observer) {
        delete(ResourceKind.POOL, request, PoolReply.getDefaultInstance(), observer);
    }

    @Override
    public void listListeners(ListResourcesRequest request, StreamObserver<ListListenersReply> observer) {
        list(ResourceKind.LISTENER, request, ListListenersReply.getDefaultInstance(), observer);
    }

    @Override
    public void getListener(GetResourceRequest request, StreamObserver<ListenerReply> observer) {
        get(ResourceKind.LISTENER, request, ListenerReply.getDefaultInstance(), observer);
    }

    @Override
    public void createListener(CreateListenerRequest request, StreamObserver<ListenerReply> observer) {
        create(ResourceKind.LISTENER, request, ListenerReply.getDefaultInstance(), observer);
    }

    @Override
    public void updateListener(UpdateListenerRequest request, StreamObserver<ListenerReply> observer) {
        update(ResourceKind.LISTENER, request, ListenerReply.getDefaultInstance(), observer);
    }

    @Override
    public void deleteListener(DeleteResourceRequest request, StreamObserver<ListenerReply> observer) {
        delete(ResourceKind.LISTENER, request, ListenerReply.getDefaultInstance(), observer);
    }

    @Override
    public void listRoutes(ListResourcesRequest request, StreamObserver<ListRoutesReply> observer) {
        list(ResourceKind.ROUTE, request, ListRoutesReply.getDefaultInstance(), observer);
    }

    @Override
    public void getRoute(GetResourceRequest request, StreamObserver<RouteReply> observer) {
        get(ResourceKind.ROUTE, request, RouteReply.getDefaultInstance(), observer);
    }

    @Override
    public void createRoute(CreateRouteRequest request, StreamObserver<RouteReply> observer) {
        create(ResourceKind.ROUTE, request, RouteReply.getDefaultInstance(), observer);
    }

    @Override
    public void updateRoute(UpdateRouteRequest request, StreamObserver<RouteReply> observer) {
        update(ResourceKind.ROUTE, request, RouteReply.getDefaultInstance(), observer);
    }

    @Override
    public void deleteRoute(DeleteResourceRequest request, StreamObserver<RouteReply> observer) {
        delete(ResourceKind.ROUTE, request, RouteReply.getDefaultInstance(), observer);
    }

    @Override
    public void listCertificates(ListResourcesRequest request, StreamObserver<ListCertificatesReply> observer) {
        list(ResourceKind.CERTIFICATE, request, ListCertificatesReply.getDefaultInstance(), observer);
    }

    @Override
    public void getCertificate(GetResourceRequest request, StreamObserver<CertificateReply> observer) {
        get(ResourceKind.CERTIFICATE, request, CertificateReply.getDefaultInstance(), observer);
    }

    @Override
    public void createCertificate(CreateCertificateRequest request, StreamObserver<CertificateReply> observer) {
        create(ResourceKind.CERTIFICATE, request, CertificateReply.getDefaultInstance(), observer);
    }

    @Override
    public void updateCertificate(UpdateCertificateRequest request, StreamObserver<CertificateReply> observer) {
        update(ResourceKind.CERTIFICATE, request, CertificateReply.getDefaultInstance(), observer);
    }

    @Override
    public void deleteCertificate(DeleteResourceRequest request, StreamObserver<CertificateReply> observer) {
        delete(ResourceKind.CERTIFICATE, request, CertificateReply.getDefaultInstance(), observer);
    }

    @Override
    public void listTokens(ListTokensRequest request, StreamObserver<ListTokensReply> observer) {
        AdminService.answer(
                observer,
                () -> admin.tokens().list(consistency(request.getConsistency())).thenApply(TokenMessages::list));
    }

    @Override
    public void getToken(GetResourceRequest request, StreamObserver<TokenReply> observer) {
        AdminService.answer(
                observer,
                () -> admin.tokens()
                        .get(TokenMessages.name(request.getName()), consistency(request.getConsistency()))
                        .thenApply(TokenMessages::read));
    }

    @Override
    public void createToken(CreateTokenRequest request, StreamObserver<TokenReply> observer) {
        AdminService.answer(observer, () -> {
            AdminService.refuseRevision(request.getOptions().hasExpectedRevision());
            return admin.tokens()
                    .create(
                            TokenMessages.draft(request),
                            Requests.options(request.getOptions(), "create-token", request))
                    .thenApply(TokenMessages::made);
        });
    }

    @Override
    public void deleteToken(DeleteResourceRequest request, StreamObserver<TokenReply> observer) {
        AdminService.answer(observer, () -> {
            TokenName name = TokenMessages.name(request.getName());
            return admin.tokens()
                    .remove(name, Requests.options(request.getOptions(), "delete-token", request))
                    .thenApply(written -> TokenMessages.removed(name, written));
        });
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainReply> observer) {
        AdminService.answer(observer, () -> {
            SampleRequest sample = ExplainMessages.request(request);
            ListenerName listener = ExplainMessages.listener(request);
            return read(request.getConsistency())
                    .thenApply(view -> ExplainMessages.reply(admin.explain(view, listener, sample), view.age()));
        });
    }

    final CompletionStage<View> read(Consistency consistency) {
        return admin.read(consistency(consistency));
    }

    static io.weldr.api.admin.Consistency consistency(Consistency consistency) {
        return switch (consistency) {
            case CONSISTENCY_LINEARIZABLE -> io.weldr.api.admin.Consistency.LINEARIZABLE;
            case CONSISTENCY_STALE -> io.weldr.api.admin.Consistency.STALE;
            case UNRECOGNIZED ->
                throw Problem.of(ProblemType.INVALID_VALUE, "consistency: unknown", "linearizable or stale")
                        .exception();
        };
    }

    private <T extends Message> void list(
            ResourceKind<?, ?> kind, ListResourcesRequest request, T reply, StreamObserver<T> observer) {
        AdminService.answer(
                observer,
                () -> admin.resources()
                        .list(kind, consistency(request.getConsistency()))
                        .thenApply(read -> ResourceMessages.list(reply, read.found(), read.view())));
    }

    private <T extends Message> void get(
            ResourceKind<?, ?> kind, GetResourceRequest request, T reply, StreamObserver<T> observer) {
        AdminService.answer(observer, () -> {
            String name = String.valueOf(kind.parse(request.getName()));
            return admin.resources()
                    .get(kind, name, consistency(request.getConsistency()))
                    .thenApply(read -> ResourceMessages.read(reply, read.found(), read.view()));
        });
    }

    private <T extends Message> void create(
            ResourceKind<?, ?> kind, Message request, T reply, StreamObserver<T> observer) {
        AdminService.answer(observer, () -> {
            WriteOptions options = ResourceMessages.options(request);
            AdminService.refuseRevision(options.hasExpectedRevision());
            return written(
                    reply,
                    admin.resources()
                            .create(
                                    kind,
                                    ResourceMessages.resource(kind, request),
                                    ResourceMessages.flag(request, "must_be_new"),
                                    Requests.options(options, "create-" + kind.singular(), request)));
        });
    }

    private <T extends Message> void update(
            ResourceKind<?, ?> kind, Message request, T reply, StreamObserver<T> observer) {
        AdminService.answer(observer, () -> {
            Message wish = ResourceMessages.resource(kind, request);
            FieldMask mask = ResourceMessages.mask(request);
            boolean mayCreate = ResourceMessages.flag(request, "allow_missing");
            io.weldr.api.admin.WriteOptions options =
                    Requests.options(ResourceMessages.options(request), "update-" + kind.singular(), request);
            if (mask.getPathsCount() > 0) {
                if (mayCreate) {
                    throw Problem.of(
                                    ProblemType.INVALID_VALUE,
                                    "allow_missing: with update_mask",
                                    "one of them: a part is no whole resource")
                            .exception();
                }
                List<String> paths = mask.getPathsList();
                FieldMasks.apply(kind.prototype(), wish, paths); // an unknown path needs no quorum to be refused
                return written(
                        reply,
                        admin.resources()
                                .update(
                                        kind,
                                        kind.name(wish),
                                        before -> FieldMasks.apply(before, wish, paths),
                                        options));
            }
            return written(
                    reply,
                    mayCreate
                            ? admin.resources().replace(kind, wish, Condition.NONE, options)
                            : admin.resources().update(kind, kind.name(wish), before -> wish, options));
        });
    }

    private <T extends Message> void delete(
            ResourceKind<?, ?> kind, DeleteResourceRequest request, T reply, StreamObserver<T> observer) {
        AdminService.answer(
                observer,
                () -> written(
                        reply,
                        admin.resources()
                                .remove(
                                        kind,
                                        request.getName(),
                                        Requests.options(request.getOptions(), "delete-" + kind.singular(), request))));
    }

    private static <T extends Message> CompletionStage<T> written(T reply, CompletionStage<ResourceWritten> done) {
        return done.thenApply(written -> ResourceMessages.written(reply, written));
    }
}
