package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.Support;
import io.weldr.api.error.ProblemType;
import io.weldr.api.json.DoctorAnswers;
import io.weldr.api.json.DoctorAnswers.DoctorAnswer;
import io.weldr.api.json.DoctorAnswers.SupportAnswer;
import io.weldr.core.token.Role;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What is wrong with the cluster, and what helps to find out: {@code /v1/doctor} and {@code /v1/support}. */
final class DoctorRoutes {
    private static final Description DOCTOR = Description.read(
            "Doctor", "What is wrong with the cluster, and what to do", Shape.json(DoctorAnswer.class));
    private static final Description SUPPORT = Description.read(
                    "Support",
                    "What a support bundle holds of one member, without secrets",
                    Shape.json(SupportAnswer.class))
            .refuses(ProblemType.NO_SUCH_MEMBER, ProblemType.UNAVAILABLE);

    private final Doctor doctor;
    private final Support support;

    DoctorRoutes(Doctor doctor, Support support) {
        this.doctor = doctor;
        this.support = support;
    }

    List<Resource> resources() {
        return List.of(
                new Resource(DoctorAnswers.DOCTOR).on(HttpMethod.GET, DOCTOR, this::doctor),
                new Resource(DoctorAnswers.SUPPORT).on(HttpMethod.GET, Role.ADMIN, SUPPORT, this::support, "member"));
    }

    private CompletionStage<Answer> doctor(Request request) {
        return doctor.diagnose().thenApply(diagnosis -> Answer.ok(DoctorAnswer.of(diagnosis)));
    }

    private CompletionStage<Answer> support(Request request) {
        return support.of(request.queryMember("member")).thenApply(texts -> Answer.ok(SupportAnswer.of(texts)));
    }
}
