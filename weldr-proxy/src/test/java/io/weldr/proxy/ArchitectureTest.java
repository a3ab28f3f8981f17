package io.weldr.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.proxy", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule REQUESTS_FLOW_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("proxy")
            .definedBy("io.weldr.proxy")
            .layer("server")
            .definedBy("io.weldr.proxy.server..")
            .layer("exchange")
            .definedBy("io.weldr.proxy.exchange..")
            .layer("upstream")
            .definedBy("io.weldr.proxy.upstream..")
            .layer("route")
            .definedBy("io.weldr.proxy.route..")
            .layer("edit")
            .definedBy("io.weldr.proxy.edit..")
            .layer("http1")
            .definedBy("io.weldr.proxy.http1..")
            .layer("http2")
            .definedBy("io.weldr.proxy.http2..")
            .layer("streams")
            .definedBy("io.weldr.proxy.streams..")
            .layer("tls")
            .definedBy("io.weldr.proxy.tls..")
            .layer("net")
            .definedBy("io.weldr.proxy.net..")
            .whereLayer("proxy")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("server")
            .mayOnlyBeAccessedByLayers("proxy")
            .whereLayer("exchange")
            .mayOnlyBeAccessedByLayers("proxy", "server")
            .whereLayer("upstream")
            .mayOnlyBeAccessedByLayers("proxy", "exchange")
            .whereLayer("route")
            .mayOnlyBeAccessedByLayers("proxy", "exchange", "upstream")
            .whereLayer("edit")
            .mayOnlyBeAccessedByLayers("proxy", "server", "exchange", "route")
            .whereLayer("http1")
            .mayOnlyBeAccessedByLayers("proxy", "server", "exchange", "upstream", "route", "edit")
            .whereLayer("http2")
            .mayOnlyBeAccessedByLayers("proxy", "server", "upstream", "streams")
            .whereLayer("streams")
            .mayOnlyBeAccessedByLayers("server", "upstream")
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("proxy", "server", "exchange", "upstream", "route", "streams")
            .whereLayer("tls")
            .mayOnlyBeAccessedByLayers("proxy", "server", "net");

    @ArchTest
    static final ArchRule MESSAGES_KNOW_NO_SOCKETS = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.weldr.proxy.http..",
                    "io.weldr.proxy.http1..",
                    "io.weldr.proxy.http2..",
                    "io.weldr.proxy.edit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty.channel..", "io.weldr.core..");

    @ArchTest
    static final ArchRule THE_PROXY_MEETS_OTHERS_ONLY_IN_THE_CORE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.raft..", "io.weldr.api..", "io.weldr.leader..", "io.weldr.trust..", "io.weldr.node..");

    @ArchTest
    static final ArchRule NO_HTTP_OBJECTS =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.netty.handler.codec.http..");
}
