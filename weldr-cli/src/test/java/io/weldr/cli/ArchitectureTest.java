package io.weldr.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** {@code weldrctl} knows the messages of the API and nothing of the node. */
@AnalyzeClasses(packages = "io.weldr.cli", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ONLY_THE_WIRE_IS_SHARED = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.weldr.core..", "io.weldr.api..", "io.weldr.raft..", "io.weldr.proxy..");
}
