"""What runs inside a job: the `train` that AWS's framework images start.

Nothing here knows Penstock: the folder above this package travels into the job (a bind mount, or just a path that the
job can read), and any Python from 3.10 with the standard library is enough; XGBoost, scikit-learn, pandas, numpy and
scipy are imported only by XGBoost's algorithm mode (`penstock_image.xgboost_mode`), and DuckDB by Model Monitor's
analyzer (`penstock_image.monitor`) and Clarify's (`penstock_image.clarify`).

**Contract for whoever starts a job** (`INSIDE` is the folder that holds this package, `catalog.INSIDE` to Penstock):

* Before: `/opt/ml/input/config/{hyperparameters,inputdataconfig,resourceconfig}.json` are written, channels lie under
  `/opt/ml/input/data/<channel>`; the job's environment has the image's `variables` (`catalog.Image.variables`). Every
  name in `hosts` resolves when there is more than one. `SAGEMAKER_BASE_DIR` moves `/opt/ml`, as for AWS's toolkit.
* **Cold**: put `INSIDE/bin` behind the environment's own `bin` on `PATH` and start `train`. The same without `PATH`:
  `python INSIDE/train.py`, or `python -m penstock_image.train` with `INSIDE` on `PYTHONPATH`.
* **Warm**: in a process forked for this job alone (imports of `catalog.Image.preload` done, private `/opt/ml` mounted,
  `os.environ` replaced by the job's environment, standard output and error going to the job's log), call
  `penstock_image.train:main(argv)` and leave with `os._exit` of what it answers; or run `INSIDE/train.py` there as
  `__main__`. It notices that heavy modules are there (or is told, by `warm=`) and then runs the user's script in one
  more fork, so that a script that crashes hard still gets its failure file. The forking server must have neither
  threads nor an OpenMP region behind it, and a job whose variables act when an interpreter or a library starts must
  start cold: it would not see them.
* **While it runs**: SIGTERM to `train` alone is passed on to the script (XGBoost's algorithm mode ends by itself, with
  code 0).
* After: the exit code is the script's own (128+n if signal n killed it); on failure `/opt/ml/output/failure` says why,
  unless the script wrote that file itself; on success there is `/opt/ml/output/success`.
"""
