"""The Ray runtime: jobs on the nodes of a Ray cluster. `rayjobs` is the contract, `node` what runs there.

    server                                        Ray's head                      a node
    submit a command, by the job's name  ──HTTP──►  job server  ──schedules──►  the command
    the desk: errand, blobs, log, ending  ◄──HTTP───────────────────────────  which is an agent, with its own sandbox

Ray decides where and when, and knows whether the agent lives; all that a job is and leaves goes between agent and desk.
"""

from penstock.runtimes.ray.cluster import TOKEN, Cluster, ClusterGone, NoCluster, find_cluster
from penstock.runtimes.ray.desk import Desk
from penstock.runtimes.ray.errands import Tickets
from penstock.runtimes.ray.rayjobs import Address, RayJobs

__all__ = ["TOKEN", "Address", "Cluster", "ClusterGone", "Desk", "NoCluster", "RayJobs", "Tickets", "find_cluster"]
