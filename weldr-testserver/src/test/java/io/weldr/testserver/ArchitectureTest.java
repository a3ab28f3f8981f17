package io.weldr.testserver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.testserver", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** An origin that is built from the proxy's own code would share its mistakes and not show them. */
    @ArchTest
    static final ArchRule KNOWS_NOTHING_OF_WELDR = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.testserver", "io.netty..", "picocli..", "java..", "javax.net.ssl..", "org.jspecify..");
}
