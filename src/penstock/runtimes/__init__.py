"""What carries out a job: `sandbox` (processes in namespaces of their own) and `container` (a Docker-API engine).

What both stand on is here: a job's folder, its inputs and outputs, the machine's slots, whose turn it is. `residents`
are programs that stay.
"""
