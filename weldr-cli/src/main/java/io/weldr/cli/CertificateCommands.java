package io.weldr.cli;

import com.google.protobuf.Message;
import io.weldr.proto.admin.v1.CertificateEntry;
import io.weldr.proto.admin.v1.CertificateReply;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.UpdateCertificateRequest;
import io.weldr.wire.json.FieldException;
import io.weldr.wire.json.ResourceJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl certs add|obtain}; the other commands are as with other resources. */
final class CertificateCommands {
    private CertificateCommands() {}

    private static io.weldr.proto.resource.v1.Certificate certificate(Draft draft, String name) {
        draft.put("name", name);
        try {
            return ResourceJson.read(draft.tree(), io.weldr.proto.resource.v1.Certificate.newBuilder())
                    .build();
        } catch (FieldException e) {
            throw new CliException(ExitCode.USAGE, Output.printable(String.valueOf(e.getMessage())));
        }
    }

    /** {@code certs add NAME --cert FILE --key FILE}. */
    @Command(description = "Adds a certificate and its private key from files.")
    static final class Add extends Shared {
        @Parameters(paramLabel = "NAME", description = "The name of the certificate")
        private String name = "";

        @Option(names = "--new", description = "Refuse if the certificate exists, even the same one")
        private boolean mustBeNew;

        @Option(names = "--replace", description = "Replace the certificate of that name, as for a renewal")
        private boolean replace;

        @Mixin
        private CertificateOptions certificate = new CertificateOptions();

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            requireAtMostOne("--new", mustBeNew, "--replace", replace);
            Draft draft = new Draft();
            certificate.into(draft);
            if (!draft.says("chain")) {
                throw UsageError.of(spec, "--cert is missing");
            }
            Kind kind = Kind.certificates();
            Message.Builder request = (replace ? kind.updateRequest() : kind.createRequest()).newBuilderForType();
            Kind.set(request, kind.singular(), certificate(draft, name));
            Kind.set(request, replace ? "allow_missing" : "must_be_new", replace || mustBeNew);
            Kind.set(request, "options", flags.options());
            Message wish = request.build();
            ResourceCommand.print(
                    kind,
                    output,
                    session.write(stub -> (replace ? kind.update() : kind.create()).apply(stub, wish), flags.waits()));
        }
    }

    /** {@code certs obtain NAME --host HOST ...}. */
    @Command(description = "Makes the leader obtain and renew a certificate by ACME.")
    static final class Obtain extends Shared {
        /** Authorities answer within seconds, and some take minutes. */
        private static final String WAIT = "10m";

        private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

        @Parameters(paramLabel = "NAME", description = "The name of the certificate")
        private String name = "";

        @Option(
                names = "--host",
                split = ",",
                required = true,
                paramLabel = "HOST",
                description = "A DNS name of the certificate; may be repeated")
        private List<String> hosts = List.of();

        @Option(
                names = "--email",
                required = true,
                paramLabel = "ADDRESS",
                description = "The email address for messages of the authority")
        private String email = "";

        @Option(names = "--agree-tos", description = "Agree to the terms of service of the authority")
        private boolean agreed;

        @Option(
                names = "--directory",
                paramLabel = "URL",
                description = "The directory of the authority. Default: acme-directory of the node")
        private @Nullable String directory;

        @Option(
                names = "--challenge",
                paramLabel = "WORD",
                description = "How the authority checks the hosts: http-01 or tls-alpn-01. Default: http-01")
        private @Nullable String challenge;

        @Option(
                names = "--key-type",
                paramLabel = "WORD",
                description = "ec-p256, ec-p384, rsa-2048 or rsa-4096. Default: ec-p256")
        private @Nullable String keyType;

        @Option(
                names = "--eab-kid",
                paramLabel = "ID",
                description = "Your key id, for an authority with external accounts")
        private @Nullable String keyId;

        @Option(
                names = "--eab-hmac-key-file",
                paramLabel = "FILE",
                description = "The key of that id, in Base64url. Default: unchanged")
        private @Nullable String hmacKeyFile;

        @Option(
                names = "--wait",
                description = "Return when the certificate is issued, an order failed, or after 10 min (--timeout)")
        private boolean waits;

        @Option(
                names = "--request-id",
                paramLabel = "ID",
                description = "The same id and command are carried out once. Default: a random id")
        private String requestId = "";

        @Override
        Session session(Weldrctl root) {
            return waits ? root.sessionOf(WAIT) : root.session();
        }

        @Override
        void run(Session session, Output output) {
            if (!agreed) {
                throw UsageError.of(
                        spec, "--agree-tos is missing (read the terms of service of the authority, and agree)");
            }
            Draft draft = new Draft();
            draft.put("acme.hosts", hosts);
            draft.put("acme.email", email);
            draft.put("acme.termsAgreed", true);
            draft.put("acme.directory", directory);
            draft.put("acme.challenge", challenge);
            draft.put("acme.keyType", keyType);
            draft.put("acme.externalAccount.keyId", keyId);
            draft.put(
                    "acme.externalAccount.hmacKey",
                    hmacKeyFile == null
                            ? null
                            : PemFile.read("--eab-hmac-key-file", hmacKeyFile).strip());
            var options = Session.wish();
            if (!requestId.isEmpty()) {
                options.setRequestId(requestId);
            }
            UpdateCertificateRequest wish = UpdateCertificateRequest.newBuilder()
                    .setCertificate(certificate(draft, name))
                    .setAllowMissing(true)
                    .setOptions(options)
                    .build();
            CertificateReply reply = session.write(stub -> stub.updateCertificate(wish), false);
            if (waits) {
                boolean told = !output.json();
                if (told) {
                    ResourceCommand.print(Kind.certificates(), output, reply);
                }
                CertificateReply issued = await(
                        session,
                        told ? output : null,
                        reply.getEntry().getOrder().getFailures());
                if (!told) {
                    ResourceCommand.print(
                            Kind.certificates(),
                            output,
                            reply.toBuilder().setEntry(issued.getEntry()).build());
                }
            } else {
                ResourceCommand.print(Kind.certificates(), output, reply);
            }
        }

        /** Looks until it is issued, and tells what goes on meanwhile. */
        private CertificateReply await(Session session, @Nullable Output output, int failuresBefore) {
            String told = "";
            while (true) {
                GetResourceRequest request =
                        GetResourceRequest.newBuilder().setName(name).build();
                CertificateReply reply = session.read(stub -> stub.getCertificate(request));
                CertificateEntry entry = reply.getEntry();
                boolean done = !entry.hasOrder()
                        && entry.hasIssued()
                        && !entry.getIssued().getSuperseded();
                String line = done
                        ? "issued for " + String.join(", ", entry.getIssued().getHostsList()) + " until "
                                + CertificateEntries.expiry(entry, Instant.now())
                        : CertificateEntries.orderLine(entry.getOrder());
                if (output != null && !line.equals(told)) {
                    output.line(line);
                    told = line;
                }
                if (done) {
                    return reply;
                }
                if (entry.getOrder().getFailures() > failuresBefore) {
                    throw new CliException(ExitCode.REFUSED, "certificate " + name + ": " + line);
                }
                if (session.left().compareTo(LOOK_EVERY.multipliedBy(2)) < 0) {
                    throw new CliException(
                            ExitCode.REFUSED,
                            "certificate " + name + " is not issued yet (" + line + "); the leader goes on");
                }
                Session.pause(LOOK_EVERY);
            }
        }
    }
}
