/**
 * Authentication and authorisation, the same for HTTP and gRPC. {@link io.weldr.api.auth.Authenticator} identifies
 * the caller, {@link io.weldr.api.auth.Caller} has the rights of the caller, and {@link io.weldr.api.auth.AuditLog}
 * records changes and refused requests.
 */
@NullMarked
package io.weldr.api.auth;

import org.jspecify.annotations.NullMarked;
