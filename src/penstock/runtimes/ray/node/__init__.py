"""What runs on a node, where Penstock is installed and its server is not.

`agent` carries an errand out, `line` is how it speaks to the desk, `relay` how the job reaches the server, and `broom`
what leaves nothing behind, whatever becomes of the agent.
"""
