"""Every tolerance of the project, named once, with its reason."""

INTEGRALITY = 1e-6
"""Binaries may differ from 0 or 1 by this much in a solver's answer (HiGHS' mip_feasibility_tolerance)."""

STRICT = 1e-9
"""The same where a plan held only because its binaries leaned on ``INTEGRALITY``: a tight limit can make that worth while."""

ROW = 1e-6
"""A row of the stored, rounded and polished point may be violated by this, relative to max(1, sum of |terms|)."""

OBJECTIVE = 1e-9
"""Relative difference allowed between a reported total and the examiner's own sum."""

KEPT = 1e-9
"""Relative room that a kept objective, a rounded sum of ten thousand terms, gets where the point would else be off by more than ``ROW`` in
other rows: in two of 576 futures only these could give, by 1.4e-6."""

STORED = 1e-9
"""Relative change of one stored number that the certificate's hash and sums must notice."""

BENCHMARK = 1e-9
"""Slack in comparing a specific energy with its benchmark level, relative (floating-point sums of savings)."""

GAP = 1e-4
"""Default relative gap at which a stage counts as optimal; a scenario may ask for less."""

FRONT = 1e-5
"""Share of an axis' range by which a plan must be better to count as one that an exact trade-off lacks; ten times the solver's."""

ABSOLUTE_GAP = 1e-6
"""A stage also counts as optimal at this absolute gap (HiGHS' mip_abs_gap)."""
