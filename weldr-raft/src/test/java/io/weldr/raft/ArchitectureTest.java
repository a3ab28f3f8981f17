package io.weldr.raft;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.raft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule SEES_NOTHING_OF_WELDR_BUT_THE_CORE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.proxy..", "io.weldr.api..", "io.weldr.leader..", "io.weldr.trust..", "io.weldr.node..");

    @ArchTest
    static final ArchRule ONLY_THE_PARTS_THAT_SPEAK_RATIS_KNOW_IT = noClasses()
            .that()
            .resideInAPackage("io.weldr.raft..")
            .and(not(resideInAPackage("io.weldr.raft.ratis"))
                    .and(not(resideInAPackage("io.weldr.raft.log")))
                    .and(not(resideInAPackage("io.weldr.raft.peer"))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule PARTS_DO_NOT_DEPEND_ON_EACH_OTHER_IN_CIRCLES =
            slices().matching("io.weldr.raft.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PARTS_KNOW_THE_SETTINGS_AND_NOTHING_ELSE_OF_THE_WHOLE = noClasses()
            .that()
            .resideInAnyPackage("io.weldr.raft.*..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.weldr.raft")
                    .and(not(belongToAnyOf(
                            RaftSettings.class, RaftSettings.LogSettings.class, RaftSettings.DeadMembers.class))));

    @ArchTest
    static final ArchRule ONLY_THE_CLUSTER_ITS_SETTINGS_AND_WHAT_ITS_LOG_TAKES_ARE_PUBLIC = classes()
            .that()
            .resideInAPackage("io.weldr.raft")
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("RaftCluster")
            .and()
            .doNotHaveSimpleName("RaftSettings")
            .and()
            .doNotHaveSimpleName("LogUse")
            .should()
            .notBePublic();
}
