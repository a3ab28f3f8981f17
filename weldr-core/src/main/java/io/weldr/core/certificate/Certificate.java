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
 * @param stamp moves when an operator writes it, not when it is renewed
 */
public record Certificate(
        CertificateName name,
        @Nullable IssuedChain issued,
        @Nullable AcmeSettings acme,
        @Nullable AcmeOrder order,
        Stamp stamp) {
    public Certificate {
        Check.that(
                issued != null || acme != null,
                "certificate",
                name,
                "a chain and its private key, or how an authority issues it");
        Check.that(order == null || acme != null, "certificate", name, "no order, because an operator gave it");
    }

    /** The same, as written at another time. */
    public Certificate with(Stamp other) {
        return new Certificate(name, issued, acme, order, other);
    }

    /** The same with that state of its order. */
    public Certificate with(@Nullable AcmeOrder next) {
        return new Certificate(name, issued, acme, next, stamp);
    }

    /** The same with a chain that the authority issued, and no order under way. */
    public Certificate renewed(IssuedChain next) {
        return new Certificate(name, next, acme, null, stamp);
    }
}
