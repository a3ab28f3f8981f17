package io.weldr.leader;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.leader", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] THINKING = {
        "Watch", "ProbePlan", "Term", "Acting", "Verdicts", "HealthMonitor", "Opinions", "Overruled", "ProbesForOthers"
    };

    @ArchTest
    static final ArchRule SEES_NOTHING_OF_WELDR_BUT_THE_CORE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.raft..", "io.weldr.proxy..", "io.weldr.api..", "io.weldr.trust..", "io.weldr.node..");

    @ArchTest
    static final ArchRule DUTIES_DO_NOT_KNOW_EACH_OTHER = noClasses()
            .that()
            .resideInAPackage("io.weldr.leader.health..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.weldr.leader", "io.weldr.leader.vip..");

    @ArchTest
    static final ArchRule CERTIFICATES_DO_NOT_KNOW_THE_OTHER_DUTIES = noClasses()
            .that()
            .resideInAPackage("io.weldr.leader.acme..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.weldr.leader", "io.weldr.leader.health..", "io.weldr.leader.vip..");

    @ArchTest
    static final ArchRule ACME4J_IS_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("io.weldr.leader.acme..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.shredzone..", "org.bouncycastle..", "io.weldr.leader.acme..");

    /** Years of renewals and days of failures are a loop in a test. */
    @ArchTest
    static final ArchRule RENEWALS_TAKE_TIME_FROM_OUTSIDE = noClasses()
            .that()
            .resideInAPackage("io.weldr.leader.acme..")
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule HEALTH_CHECKS_NEED_LITTLE = classes()
            .that()
            .resideInAPackage("io.weldr.leader.health..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.leader.health..",
                    "io.weldr.core..",
                    "io.netty..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "java..",
                    "javax.net.ssl..");

    /** The messages and status codes of gRPC; its connections are made as those of all probes. */
    @ArchTest
    static final ArchRule GRPC_IS_IN_ONE_PLACE = noClasses()
            .that()
            .haveNameNotMatching(".*\\.health\\.Grpc(Question|Answer)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule THE_VIRTUAL_IP_NEEDS_LITTLE = classes()
            .that()
            .resideInAPackage("io.weldr.leader.vip..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.leader.vip..",
                    "io.weldr.core..",
                    "com.sun.jna..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "java..");

    /** It loads a native library, which only a node with virtual IPs should do. */
    @ArchTest
    static final ArchRule JNA_IS_IN_ONE_PLACE = noClasses()
            .that()
            .haveNameNotMatching(".*\\.PacketSocket(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.jna..");

    /** Minutes of pauses, cuts and crashes are a loop in a test. */
    @ArchTest
    static final ArchRule HOLDING_TAKES_TIME_AND_PROCESSES_FROM_OUTSIDE = noClasses()
            .that()
            .haveNameMatching(
                    ".*\\.vip\\.(Holding|LinkWatch|LeadersSeen|HookRunner|AddressKeeper|StartChecks|Announcer|Announcement)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Process.class)
            .orShould()
            .callMethod(System.class, "nanoTime");

    /** Time and the network are brought by the caller, so that a day of probing is a loop in a test. */
    @ArchTest
    static final ArchRule THINKING_TAKES_TIME_FROM_OUTSIDE = noClasses()
            .that()
            .resideInAPackage("io.weldr.leader.health..")
            .and()
            .haveNameMatching(".*\\.(" + String.join("|", THINKING) + ")(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "java.net..")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");
}
