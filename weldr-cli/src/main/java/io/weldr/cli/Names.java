package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.ListTokensRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code weldrctl __complete pools}: the names that the completion script offers, one a line. It says nothing if it
 * finds none: somebody is typing a
 * command, and an error would be in its way.
 */
@Command(description = "Prints names for the completion script.", hidden = true)
final class Names implements Runnable {
    static final String COMMAND = "__complete";

    /** The user waits for the completion. */
    private static final String TIMEOUT = "1s";

    /** Goes behind the script of picocli, which knows the words of commands and not the names in a cluster. */
    static final String SCRIPT = """

            # Completes names of pools, listeners, routes, certificates, tokens and servers by asking the cluster.
            function _complete_weldrctl_names() {
              _complete_weldrctl
              # The words of bash end at colons, and servers and endpoints have some. Here they end at spaces.
              local rest=${COMP_LINE:0:$COMP_POINT} previous= word= kind= verb= pool= nodes=()
              while [[ $rest == *[[:space:]]* ]]; do
                word=${rest%%[[:space:]]*} rest=${rest#*[[:space:]]}
                [ -n "$word" ] || continue
                case $previous in
                  -e|--endpoint) nodes+=(-e "$word") ;;
                  --context|--token-file|--ca-file|--secret-file|--cert-file|--key-file) nodes+=("$previous" "$word") ;;
                  --pool) pool=$word ;;
                  *)
                    case $word in
                      pools|listeners|routes|certs|certificates|tokens|servers) [ -n "$kind" ] || kind=$word ;;
                      get|show|set|update|rm|delete|remove|ls|list) [ -z "$kind" ] || [ -n "$verb" ] || verb=$word ;;
                    esac
                    ;;
                esac
                previous=$word
              done
              local current=$rest
              case $previous in
                --pool) kind=pools verb=get pool= ;;
                --listener) kind=listeners verb=get ;;
                --default-cert|--tls-client-cert) kind=certs verb=get ;;
                --cert) [ "$kind" = listeners ] || return; kind=certs verb=get ;;
                -*) return ;;
              esac
              case $kind/$verb/$current in
                */-*|*//*|/*) return ;;
                servers/*|*/get/*|*/show/*|*/set/*|*/update/*|*/rm/*|*/delete/*|*/remove/*) ;;
                *) return ;;
              esac
              [ ${#COMPREPLY[@]} -eq 0 ] || return
              local names name before=
              names=$(weldrctl __complete "$kind" ${pool:+--pool "$pool"} "${nodes[@]}" 2>/dev/null) || return
              # Bash replaces what stands behind the last colon.
              if [[ ${COMP_WORDBREAKS-} == *:* && $current == *:* ]]; then before=${current%"${current##*:}"}; fi
              COMPREPLY=()
              while IFS= read -r name; do
                # Nothing that a shell would take for more than a name, whoever answered.
                if [[ -n $name && $name != *[!][A-Za-z0-9._:-]* && $name == "$current"* ]]; then
                  COMPREPLY+=("${name#"$before"}")
                fi
              done <<<"$names"
            }

            complete -F _complete_weldrctl_names -o default weldrctl
            """;

    @Parameters(paramLabel = "KIND", description = "pools, listeners, routes, certs, tokens or servers")
    private String kind = "";

    @Option(names = "--pool", paramLabel = "NAME", description = "Of servers. Default: default")
    private String pool = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        Weldrctl root = (Weldrctl) spec.root().userObject();
        StringBuilder names = new StringBuilder();
        try (Session session = root.session(TIMEOUT)) {
            switch (kind) {
                case "servers" -> servers(session, names);
                case "pools" -> resources(session, Kind.pools(), names);
                case "listeners" -> resources(session, Kind.listeners(), names);
                case "routes" -> resources(session, Kind.routes(), names);
                case "certs", "certificates" -> resources(session, Kind.certificates(), names);
                case "tokens" -> tokens(session, names);
                default -> {}
            }
        } catch (CliException e) {
            return;
        }
        spec.commandLine().getOut().print(names);
        spec.commandLine().getOut().flush();
    }

    private static void tokens(Session session, StringBuilder names) {
        ListTokensRequest request = ListTokensRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        session.read(stub -> stub.listTokens(request))
                .getTokensList()
                .forEach(
                        token -> names.append(Output.printable(token.getName())).append('\n'));
    }

    private void servers(Session session, StringBuilder names) {
        ListOriginsRequest request = ListOriginsRequest.newBuilder()
                .setPool(pool)
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        session.read(stub -> stub.listOrigins(request))
                .getOriginsList()
                .forEach(
                        origin -> names.append(Output.printable(origin.getId())).append('\n'));
    }

    private static void resources(Session session, Kind kind, StringBuilder names) {
        ListResourcesRequest request = ListResourcesRequest.newBuilder()
                .setConsistency(Consistency.CONSISTENCY_STALE)
                .build();
        Message reply = session.read(stub -> kind.list().apply(stub, request));
        Kind.all(reply, "entries")
                .forEach(entry -> names.append(kind.name(entry)).append('\n'));
    }
}
