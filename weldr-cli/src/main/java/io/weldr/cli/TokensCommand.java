package io.weldr.cli;

import io.weldr.proto.admin.v1.CreateTokenRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.ListTokensReply;
import io.weldr.proto.admin.v1.ListTokensRequest;
import io.weldr.proto.admin.v1.Token;
import io.weldr.proto.admin.v1.TokenReply;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weldrctl tokens create|ls|get|rm}. */
@Command(description = "Manages the tokens of the API.")
final class TokensCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "create, ls, get or rm is missing");
    }

    private static Map<String, Object> members(Token token) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", token.getName());
        members.put("role", token.getRole());
        if (token.getPoolsCount() > 0) {
            members.put("pools", List.copyOf(token.getPoolsList()));
        }
        if (token.hasExpires()) {
            members.put("expires", Values.time(token.getExpires()));
        }
        members.put("revision", token.getRevision());
        return members;
    }

    /** {@code tokens create NAME --role ROLE}. */
    @Command(
            header = "Makes a token, and prints it once.",
            description = "Standard output has only the token: weldrctl tokens create ci --role operator > token")
    static final class Create extends Shared {
        @Parameters(paramLabel = "NAME", description = "The name of the token, for the history")
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                required = true,
                description = "viewer: read; operator: also change origins; admin: everything")
        private String role = "";

        @Option(
                names = "--pool",
                split = ",",
                paramLabel = "NAME[,NAME...]",
                description = "A pool whose origins an operator may change. Default: all pools")
        private List<String> pools = List.of();

        @Option(
                names = "--lifetime",
                paramLabel = "TIME",
                description = "Lifetime of the token, such as 720h. Default: unlimited")
        private @Nullable String lifetime;

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            CreateTokenRequest.Builder request = CreateTokenRequest.newBuilder()
                    .setName(name)
                    .setRole(role)
                    .addAllPools(pools)
                    .setOptions(flags.options());
            if (lifetime != null) {
                request.setLifetime(Values.message(Values.parseDuration("--lifetime", lifetime)));
            }
            TokenReply reply = session.write(stub -> stub.createToken(request.build()), flags.waits());
            if (output.json()) {
                Map<String, Object> map = members(reply.getToken());
                map.put("token", reply.getSecret());
                output.json(map);
                return;
            }
            output.line(reply.getSecret());
        }
    }

    /** {@code tokens ls}. */
    @Command(description = "Lists the tokens, without their secret texts.")
    static final class ListAll extends Shared {
        @Override
        void run(Session session, Output output) {
            ListTokensReply reply = session.read(stub -> stub.listTokens(ListTokensRequest.getDefaultInstance()));
            if (output.json()) {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put(
                        "tokens",
                        reply.getTokensList().stream()
                                .map(TokensCommand::members)
                                .toList());
                map.put("revision", reply.getRevision());
                output.json(map);
                return;
            }
            List<List<String>> rows = new ArrayList<>();
            for (Token token : reply.getTokensList()) {
                rows.add(List.of(
                        token.getName(),
                        token.getRole(),
                        token.getPoolsCount() == 0 ? "-" : String.join(",", token.getPoolsList()),
                        token.hasExpires() ? Values.time(token.getExpires(), ChronoUnit.SECONDS) : "never"));
            }
            output.table(List.of("NAME", "ROLE", "POOLS", "EXPIRES"), rows);
        }
    }

    /** {@code tokens get NAME}. */
    @Command(description = "Shows the role and the pools of a token.")
    static final class Get extends Shared {
        @Parameters(paramLabel = "NAME", description = "The name of the token")
        private String name = "";

        @Override
        void run(Session session, Output output) {
            GetResourceRequest request =
                    GetResourceRequest.newBuilder().setName(name).build();
            output.whole(members(session.read(stub -> stub.getToken(request)).getToken()));
        }
    }

    /** {@code tokens rm NAME}. */
    @Command(description = "Removes a token. Every node then refuses it.")
    static final class Remove extends Shared {
        @Parameters(paramLabel = "NAME", description = "The name of the token")
        private String name = "";

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            DeleteResourceRequest request = DeleteResourceRequest.newBuilder()
                    .setName(name)
                    .setOptions(flags.options())
                    .build();
            TokenReply reply = session.write(stub -> stub.deleteToken(request), flags.waits());
            if (output.json()) {
                output.json(Map.of("removed", name, "revision", reply.getRevision()));
            } else {
                output.line("removed token " + name + " at revision " + reply.getRevision());
            }
        }
    }
}
