package io.weldr.codec;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.codec", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_CORE_AND_PROTOBUF_ONLY = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.codec",
                    "io.weldr.core..",
                    "io.weldr.proto.raft..",
                    "io.weldr.proto.resource..",
                    "io.weldr.wire..",
                    "com.google.protobuf..",
                    "org.jspecify..",
                    "java..");
}
