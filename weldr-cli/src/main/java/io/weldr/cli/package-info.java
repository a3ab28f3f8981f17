/**
 * {@code weldrctl}, the admin client. Start at {@link io.weldr.cli.Weldrctl}: the root command and what all commands
 * share. {@link io.weldr.cli.Session} asks the nodes one after the other until one answers, {@link io.weldr.cli.Output}
 * prints tables for people and JSON for scripts, {@link io.weldr.cli.ExitCode} says what a script may rely on.
 *
 * <p>One thread, one command, then the process ends.
 */
@NullMarked
package io.weldr.cli;

import org.jspecify.annotations.NullMarked;
