package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Backups;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.core.token.Role;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The state of the cluster as a file: {@code /v1/backup}. */
final class BackupRoutes {
    static final String REVISION = "Weldr-Revision";
    static final String APPLIED_INDEX = "Weldr-Applied-Index";

    private static final Description BACKUP = Description.read(
                    "Backup", "The state of the cluster at one revision, as a backup file", Shape.text(Answer.BYTES))
            .with(Trait.OF_REVISION)
            .refuses(ProblemType.UNAVAILABLE, ProblemType.OVERLOADED);

    private final Backups backups;

    BackupRoutes(Backups backups) {
        this.backups = backups;
    }

    List<Resource> resources() {
        // For administrators: sealed private keys and the hashes of tokens are in it.
        return List.of(new Resource("/v1/backup").on(HttpMethod.GET, Role.ADMIN, BACKUP, this::backup, "consistency"));
    }

    private CompletionStage<Answer> backup(Request request) {
        return backups.take(request.consistency()).thenApply(taken -> {
            long revision = taken.backup().state().revision();
            return Answer.file(ByteBuffer.wrap(taken.backup().file()), "weldr-" + revision + ".backup")
                    .with(REVISION, Long.toString(revision))
                    .with(APPLIED_INDEX, Long.toString(taken.backup().origin().index()));
        });
    }
}
