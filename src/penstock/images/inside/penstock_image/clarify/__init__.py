"""What AWS's `sagemaker-clarify-processing` does: how biased data and a model are, and why a model says what it says.

    analysis_config.json ─┐                  ┌──► facets ──► bias        pre- and post-training bias of each group
    the data ─────────────┴──► dataset ──────┼──► attribution            SHAP values, by asking `predictor`
                                             └──► dependence             partial dependence, the same
    analysis.json ──► reporting              report.html, report.ipynb
         └── a baseline's analysis.json ──► drift                        constraint_violations.json

`predictor` is a model behind an endpoint that lives as long as the job, or one that is there. `captured` makes a data
set of what an endpoint was asked and answered. Variables, verdict and formats are Model Monitor's (`monitor`).

The same data and the same seed give the same numbers.
"""
