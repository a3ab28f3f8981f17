package io.weldr.core.certificate;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that listeners present: given by an operator, or obtained and renewed by ACME.
 *
 * @param issued what is presented; null: the authority has issued none yet
 * @param acme how it is obtained; null: an operator gave it
 * @param order null: none is under way, and the last one did not fail
 * @param superseded whether {@code issued} is not what {@code acme} asks for, because an operator changed that since.
 *     It is presented until the authority has issued another one
 * @param stamp moves when an operator writes it, not when it is renewed
 */
public record Certificate(
        CertificateName name,
        @Nullable IssuedChain issued,
        @Nullable AcmeSettings acme,
        @Nullable AcmeOrder order,
        boolean superseded,
        Stamp stamp) {
    public Certificate {
        Check.that(
                issued != null || acme != null,
                "certificate",
                name,
                "a chain and its private key, or how an authority issues it");
        Check.that(order == null || acme != null, "certificate", name, "no order, because an operator gave it");
        Check.that(
                !superseded || (issued != null && acme != null),
                "certificate",
                name,
                "another one to come only from an authority, in place of one that was issued");
    }

    /** As an operator gives it, with the initial stamp. */
    public static Certificate given(CertificateName name, IssuedChain issued) {
        return new Certificate(name, issued, null, null, false, Stamp.INITIAL);
    }

    /** As an operator asks for it: nothing is issued yet. With the initial stamp. */
    public static Certificate obtained(CertificateName name, AcmeSettings acme) {
        return new Certificate(name, null, acme, null, false, Stamp.INITIAL);
    }

    /** The same, as written at another time. */
    public Certificate with(Stamp other) {
        return new Certificate(name, issued, acme, order, superseded, other);
    }

    /** The same with that state of its order. */
    public Certificate with(@Nullable AcmeOrder next) {
        return new Certificate(name, issued, acme, next, superseded, stamp);
    }

    /** The same with a chain that the authority issued, and no order under way. */
    public Certificate renewed(IssuedChain next) {
        return new Certificate(name, next, acme, null, false, stamp);
    }

    /**
     * The same to be obtained in another way, and no order under way. What is issued stays until the authority has
     * issued another one, which is wanted at once if this one is for other hosts, by another authority, or has another
     * type of key.
     */
    public Certificate obtainedBy(AcmeSettings next, Stamp at) {
        boolean other = superseded || acme == null || !acme.issuesLike(next);
        return new Certificate(name, issued, next, null, issued != null && other, at);
    }
}
