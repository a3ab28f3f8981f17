package io.weldr.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages of this module, and which library may be seen from where. */
@AnalyzeClasses(packages = "io.weldr.api", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule BOTH_WIRES_MEET_IN_ADMIN = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("server")
            .definedBy("io.weldr.api")
            .layer("http")
            .definedBy("io.weldr.api.http..")
            .layer("grpc")
            .definedBy("io.weldr.api.grpc..")
            .layer("json")
            .definedBy("io.weldr.api.json..")
            .layer("admin")
            .definedBy("io.weldr.api.admin..")
            .layer("error")
            .definedBy("io.weldr.api.error..")
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("grpc")
            .mayOnlyBeAccessedByLayers("server")
            .whereLayer("json")
            .mayOnlyBeAccessedByLayers("http")
            .whereLayer("admin")
            .mayOnlyBeAccessedByLayers("server", "http", "grpc", "json");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.weldr.api.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule JACKSON_STAYS_IN_JSON = noClasses()
            .that()
            .resideOutsideOfPackage("io.weldr.api.json..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule VERTX_STAYS_IN_HTTP = noClasses()
            .that()
            .resideOutsideOfPackage("io.weldr.api.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule GRPC_STAYS_IN_GRPC = noClasses()
            .that()
            .resideOutsideOfPackages("io.weldr.api.grpc..", "io.weldr.api.error..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.weldr.proto.admin..", "io.weldr.proto.raft..", "com.google.rpc..");

    @ArchTest
    static final ArchRule THE_REST_OF_THE_NODE_IS_SEEN_THROUGH_PORTS = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.raft..",
                    "io.weldr.proxy..",
                    "io.weldr.leader..",
                    "io.weldr.trust..",
                    "org.apache.ratis..");
}
