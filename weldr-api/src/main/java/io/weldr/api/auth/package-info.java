/**
 * Who may use the API, the same for HTTP and gRPC. {@link io.weldr.api.auth.Authenticator} tells who calls, {@link
 * io.weldr.api.auth.Caller} what that one may do, {@link io.weldr.api.auth.AuditLog} keeps what was done and refused.
 */
@NullMarked
package io.weldr.api.auth;

import org.jspecify.annotations.NullMarked;
