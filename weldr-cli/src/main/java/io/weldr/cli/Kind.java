package io.weldr.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.CreateCertificateRequest;
import io.weldr.proto.admin.v1.CreateListenerRequest;
import io.weldr.proto.admin.v1.CreatePoolRequest;
import io.weldr.proto.admin.v1.CreateRouteRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.UpdateCertificateRequest;
import io.weldr.proto.admin.v1.UpdateListenerRequest;
import io.weldr.proto.admin.v1.UpdatePoolRequest;
import io.weldr.proto.admin.v1.UpdateRouteRequest;
import io.weldr.proto.resource.v1.Certificate;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.Pool;
import io.weldr.proto.resource.v1.Route;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Pools, listeners, routes or certificates: the same five calls, whose messages differ in names only.
 *
 * @param prototype of the resource
 * @param createRequest prototype of the request that creates one
 * @param updateRequest prototype of the request that changes one
 */
record Kind(
        String singular,
        String plural,
        Message prototype,
        Message createRequest,
        Message updateRequest,
        BiFunction<AdminBlockingStub, ListResourcesRequest, Message> list,
        BiFunction<AdminBlockingStub, GetResourceRequest, Message> get,
        BiFunction<AdminBlockingStub, Message, Message> create,
        BiFunction<AdminBlockingStub, Message, Message> update,
        BiFunction<AdminBlockingStub, DeleteResourceRequest, Message> delete) {

    static Kind pools() {
        return new Kind(
                "pool",
                "pools",
                Pool.getDefaultInstance(),
                CreatePoolRequest.getDefaultInstance(),
                UpdatePoolRequest.getDefaultInstance(),
                AdminBlockingStub::listPools,
                AdminBlockingStub::getPool,
                (stub, request) -> stub.createPool((CreatePoolRequest) request),
                (stub, request) -> stub.updatePool((UpdatePoolRequest) request),
                AdminBlockingStub::deletePool);
    }

    static Kind listeners() {
        return new Kind(
                "listener",
                "listeners",
                Listener.getDefaultInstance(),
                CreateListenerRequest.getDefaultInstance(),
                UpdateListenerRequest.getDefaultInstance(),
                AdminBlockingStub::listListeners,
                AdminBlockingStub::getListener,
                (stub, request) -> stub.createListener((CreateListenerRequest) request),
                (stub, request) -> stub.updateListener((UpdateListenerRequest) request),
                AdminBlockingStub::deleteListener);
    }

    static Kind routes() {
        return new Kind(
                "route",
                "routes",
                Route.getDefaultInstance(),
                CreateRouteRequest.getDefaultInstance(),
                UpdateRouteRequest.getDefaultInstance(),
                AdminBlockingStub::listRoutes,
                AdminBlockingStub::getRoute,
                (stub, request) -> stub.createRoute((CreateRouteRequest) request),
                (stub, request) -> stub.updateRoute((UpdateRouteRequest) request),
                AdminBlockingStub::deleteRoute);
    }

    static Kind certificates() {
        return new Kind(
                "certificate",
                "certificates",
                Certificate.getDefaultInstance(),
                CreateCertificateRequest.getDefaultInstance(),
                UpdateCertificateRequest.getDefaultInstance(),
                AdminBlockingStub::listCertificates,
                AdminBlockingStub::getCertificate,
                (stub, request) -> stub.createCertificate((CreateCertificateRequest) request),
                (stub, request) -> stub.updateCertificate((UpdateCertificateRequest) request),
                AdminBlockingStub::deleteCertificate);
    }

    private static FieldDescriptor field(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException(message.getDescriptorForType().getFullName() + " has no field " + name);
        }
        return field;
    }

    /** The value of a field of a message of a kind. */
    static Object get(Message message, String name) {
        return message.getField(field(message, name));
    }

    /** Whether a message of a kind has such a field, and a value in it. */
    static boolean has(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        return field != null && message.hasField(field);
    }

    static void set(Message.Builder to, String name, Object value) {
        to.setField(field(to.getDefaultInstanceForType(), name), value);
    }

    /** The messages in a repeated field. */
    static List<Message> all(Message message, String name) {
        FieldDescriptor field = field(message, name);
        return java.util.stream.IntStream.range(0, message.getRepeatedFieldCount(field))
                .mapToObj(i -> (Message) message.getRepeatedField(field, i))
                .toList();
    }

    /** The resource within an entry. */
    Message resource(Message entry) {
        return (Message) get(entry, singular);
    }

    /** Its name. */
    String name(Message entry) {
        return (String) get(resource(entry), "name");
    }
}
