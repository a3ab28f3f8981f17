/** What weldrctl tells of real nodes to an operator who looks for trouble. */
@NullMarked
package io.weldr.it.doctor;

import org.jspecify.annotations.NullMarked;
