"""`penstock env list | build | rm | lock | explain`: the Pythons that jobs run in, each command in its module."""
