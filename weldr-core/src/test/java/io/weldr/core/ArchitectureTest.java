package io.weldr.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

@AnalyzeClasses(packages = "io.weldr.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule LAYERS_POINT_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("pool")
            .definedBy("io.weldr.core.pool..")
            .layer("listener")
            .definedBy("io.weldr.core.listener..")
            .layer("route")
            .definedBy("io.weldr.core.route..")
            .layer("state")
            .definedBy("io.weldr.core.state..")
            .layer("balance")
            .definedBy("io.weldr.core.balance..")
            .layer("health")
            .definedBy("io.weldr.core.health..")
            .layer("port")
            .definedBy("io.weldr.core.port..")
            .layer("tls")
            .definedBy("io.weldr.core.tls..")
            .whereLayer("port")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("tls")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("balance")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("health")
            .mayOnlyBeAccessedByLayers("port")
            .whereLayer("route")
            .mayOnlyBeAccessedByLayers("state", "port")
            .whereLayer("listener")
            .mayOnlyBeAccessedByLayers("route", "state", "port")
            .whereLayer("state")
            .mayOnlyBeAccessedByLayers("port", "health");

    @ArchTest
    static final ArchRule NOTHING_BUT_THE_JDK_AND_RE2J = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.core..",
                    "java..",
                    "javax.net.ssl..",
                    "javax.security.auth.x500..",
                    "org.jspecify..",
                    "com.google.re2j..");

    /**
     * Addresses are values, and a socket is what a trust manager of the JDK may be given. Nothing is called of either.
     */
    private static final DescribedPredicate<JavaClass> VALUES_OF_THE_NETWORK =
            belongToAnyOf(InetAddress.class, Socket.class);

    /** The JDK reads a certificate from a stream: this one is of bytes that are there. */
    private static final DescribedPredicate<JavaClass> BYTES_IN_MEMORY =
            belongToAnyOf(ByteArrayInputStream.class, InputStream.class);

    @ArchTest
    static final ArchRule NO_CLOCK_NO_IO_NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio..", "java.net..")
                    .and(not(VALUES_OF_THE_NETWORK))
                    .and(not(BYTES_IN_MEMORY)))
            .orShould()
            .callMethodWhere(target(owner(VALUES_OF_THE_NETWORK)))
            .orShould()
            .callMethodWhere(target(owner(BYTES_IN_MEMORY)))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.Random.class);
}
