"""Environments: the Pythons that jobs run in, built from locks on first use.

    ENVIRONMENTS/                      `environments` in the data folder, or a folder that several share
      sagemaker-sdk-1f0c…/             a venv; it counts when the file `penstock.json` is in it, which is written last
      sagemaker-sdk-1f0c….lock         held by whoever builds it, in whichever process that is
      sagemaker-sdk-1f0c….log          what uv said

What an environment is made of is in its name, as a digest: other content is another environment, and the same content
is built once (so are Node.js's modules, see `modules`). Nothing is downloaded that its lock does not name and hash; no
package's code runs while it is built.
"""

from penstock.runtimes.environments.modules import Modules
from penstock.runtimes.environments.plan import Plan
from penstock.runtimes.environments.shelf import Environments, Tell, Unbuildable

__all__ = ["Environments", "Modules", "Plan", "Tell", "Unbuildable"]
