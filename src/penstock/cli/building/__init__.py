"""`penstock build [here] | debug`: build specs in the working directory, and a shell in a build on a server."""
