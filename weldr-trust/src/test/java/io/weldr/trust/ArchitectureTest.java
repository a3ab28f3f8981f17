package io.weldr.trust;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.weldr.trust", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule SEES_NOTHING_OF_WELDR_BUT_THE_CORE = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.weldr.trust..",
                    "io.weldr.core..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "org.bouncycastle..",
                    "java..",
                    "javax.crypto..",
                    "javax.net.ssl..",
                    "javax.security.auth.x500..");

    /** Whoever holds a key may use it. The secret itself stays where it was read. */
    @ArchTest
    static final ArchRule WHAT_OTHERS_MAY_USE = classes()
            .that()
            .arePublic()
            .should()
            .haveNameMatching(
                    ".*\\.(ClusterSecret|FileClient|Label|PkiMembers|PkiMembers\\$Sources|SealingKeys|SecretApi"
                            + "|SecretClient|SecretException|SecretFile|SecretMembers|SecretWatch"
                            + "|SessionSignatures|SessionTicketKeys|StickyTokens)");
}
