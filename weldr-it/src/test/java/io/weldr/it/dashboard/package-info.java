/** Stories of the dashboard, told in a real browser. Start at {@link io.weldr.it.dashboard.DashboardIT}. */
@NullMarked
package io.weldr.it.dashboard;

import org.jspecify.annotations.NullMarked;
