"""Map runs: what a distributed Map state starts, a run of its own whose children are executions.

    Started ──► Perform fill ──► children ──► Signalled "child" … ──► Perform fill … ──► Perform collect ──► Finish
                           too many failed, or a stop ──► Perform abort ──► (children end) ──► Perform collect

Neither the run's state nor its commands grow with the items: children are started by an activity, some in one
unit of work, and tell their map run of their end by a signal in the commit that ends them.
"""
