"""The things that are watched, a module a kind: `entries` are its lines of the overview, `about` is all about one."""
