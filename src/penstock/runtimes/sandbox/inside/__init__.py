"""What runs outside the server: the zygote, its supervisors, the job's first steps.

Started by file path, so it shares no code with Penstock and imports the standard library only: it must start in
milliseconds, and go on while the server is replaced by a newer one. What both sides agree on is files in the job's
folder (`penstock.runtimes.folder` says which) and lines of JSON on a socket.
"""
