"""What AWS's `sagemaker-model-monitor-analyzer` does: data and model quality, measured and held against a baseline.

    dataset ──► table ──► statistics.json ──► constraints.json        what this data is like, and what that suggests
                                │
    a baseline's two files ─────┴──► constraint_violations.json       where it is not what the baseline asks for

The whole is driven by environment variables (`settings`). `formats` and `captures` find the data, `table` reads it,
`profile` and `sketch` measure it, `suggesting` and `violations` are about constraints, `drift` about distances between
distributions. `quality` and `scores` do the same for a model's answers, which `merging` has put beside the truth.

The same data gives the same bytes: sums are taken in order, and nothing is drawn by chance.
"""
