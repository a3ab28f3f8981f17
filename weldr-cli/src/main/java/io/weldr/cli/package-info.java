/**
 * {@code weldrctl}, the admin client. Start at {@link io.weldr.cli.Weldrctl}, the root command with the options of
 * all commands. {@link io.weldr.cli.Session} tries the nodes in turn until one answers. {@link io.weldr.cli.Output}
 * prints tables, JSON and YAML. {@link io.weldr.cli.ExitCode} lists the exit codes, which scripts may depend on.
 *
 * <p>The process runs one command, on one thread, and exits.
 */
@NullMarked
package io.weldr.cli;

import org.jspecify.annotations.NullMarked;
